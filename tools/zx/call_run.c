// Part of libzircon. BSD-3-Clause, see LICENSE.
#include <dlfcn.h>
#include <ffi.h>
#include <libzircon/libzircon.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "call_values.h"
#include "trace_decode.h"

enum { LINE_SIZE = 16384 }; // of what is printed of a call

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * ZX_SEC(1) + time.tv_nsec;
}

// --- arguments ---

static bool is_scalar(const struct syscall_arg *arg) {
    return !arg->is_pointer || arg->direction == SYSCALL_NONE;
}

static struct names names_of(const struct syscall_arg *arg) {
    return (struct names){arg->symbols, arg->symbol_count, arg->symbol_prefix};
}

static uint64_t cut(uint64_t number, const struct syscall_arg *arg) {
    return number_read(&number, arg->size, arg->is_signed);
}

static size_t element_of(const struct syscall_desc *call, size_t index, const uint64_t *words) {
    const struct structure *structure = structure_of(call, index, words);
    size_t element = call->args[index].element_size;
    return element != 0 ? element : structure != NULL ? structure->size : 1;
}

static uint64_t argument_number(const struct syscall_desc *call, size_t index,
                                const uint64_t *words) {
    const struct syscall_arg *arg = &call->args[index];
    uint64_t number = 0;
    if (!arg->is_pointer) {
        return words[index];
    }
    return memory_read(&number, words[index],
                       arg->element_size > sizeof(number) ? sizeof(number) : arg->element_size)
               ? number
               : 0;
}

// A count that was left to us: as many elements as the first buffer has that it counts.
static uint64_t count_for(const struct syscall_desc *call, size_t index, const size_t *counts,
                          const uint64_t *words) {
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct syscall_arg *arg = &call->args[i];
        if (arg->count_arg == (int)index && counts[i] != SIZE_MAX) {
            uint64_t scale =
                arg->scale_arg >= 0 ? argument_number(call, (size_t)arg->scale_arg, words) : 1;
            return scale != 0 ? counts[i] / scale : 0;
        }
    }
    return 0;
}

static void place_output(const struct syscall_desc *call, size_t index, uint64_t *words) {
    const struct syscall_arg *arg = &call->args[index];
    uint64_t count = 1;
    size_t element = element_of(call, index, words);
    if (arg->count_arg >= 0) {
        count = argument_number(call, (size_t)arg->count_arg, words);
        if (arg->scale_arg >= 0 &&
            __builtin_mul_overflow(count, argument_number(call, (size_t)arg->scale_arg, words),
                                   &count)) {
            count = UINT64_MAX;
        }
    } else if (arg->element_size == 0 && structure_of(call, index, words) == NULL) {
        count = 4096; // nobody says how much it is
    }
    words[index] = (uintptr_t)get_guarded(&run.passing, auto_size(count, element))->start;
}

static void evaluate_arguments(const struct statement *statement, uint64_t *words) {
    const struct syscall_desc *call = statement->call;
    size_t counts[SYSCALL_MAX_ARGS];
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct syscall_arg *arg = &call->args[i];
        const struct value *value = &statement->values[i];
        struct names names = names_of(arg);
        counts[i] = SIZE_MAX;
        if (is_scalar(arg) && value->kind != VALUE_AUTO) {
            uint64_t number = evaluate(value, &names);
            words[i] = statement->raw ? number : cut(number, arg);
        }
    }
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct syscall_arg *arg = &call->args[i];
        const struct value *value = &statement->values[i];
        if (!is_scalar(arg) && value->kind != VALUE_AUTO) {
            struct names names = names_of(arg);
            words[i] = place_value(value, structure_of(call, i, words), element_of(call, i, words),
                                   &names, &counts[i]);
        }
    }
    for (size_t i = 0; i < call->arg_count; i++) {
        const struct syscall_arg *arg = &call->args[i];
        if (statement->values[i].kind != VALUE_AUTO) {
            continue;
        }
        if (is_scalar(arg)) {
            words[i] = cut(count_for(call, i, counts, words), arg);
        } else if (arg->direction == SYSCALL_INOUT) {
            struct guarded *memory = get_guarded(&run.passing, arg->element_size);
            put_number(memory->start, count_for(call, i, counts, words), arg->element_size);
            words[i] = (uintptr_t)memory->start;
        }
    }
    for (size_t i = 0; i < call->arg_count; i++) {
        if (statement->values[i].kind == VALUE_AUTO && call->args[i].is_pointer &&
            call->args[i].direction == SYSCALL_OUT) {
            place_output(call, i, words);
        }
    }
}

// --- the call ---

static ffi_type *type_of(size_t size, bool is_negative, bool is_pointer) {
    if (is_pointer) {
        return &ffi_type_pointer;
    }
    switch (size) {
    case 1:
        return is_negative ? &ffi_type_sint8 : &ffi_type_uint8;
    case 2:
        return is_negative ? &ffi_type_sint16 : &ffi_type_uint16;
    case 4:
        return is_negative ? &ffi_type_sint32 : &ffi_type_uint32;
    default:
        return is_negative ? &ffi_type_sint64 : &ffi_type_uint64;
    }
}

static ffi_type *result_type_of(const struct syscall_desc *call) {
    switch (call->result) {
    case SYSCALL_RESULT_VOID:
        return &ffi_type_void;
    case SYSCALL_RESULT_STATUS:
        return &ffi_type_sint32;
    case SYSCALL_RESULT_SIGNED:
        return &ffi_type_sint64;
    case SYSCALL_RESULT_UNSIGNED:
        return strcmp(call->result_type, "uint32_t") == 0 ? &ffi_type_uint32 : &ffi_type_uint64;
    default:
        return &ffi_type_pointer;
    }
}

// Calls the exported function with arguments of the types of its prototype.
static uint64_t call_function(const struct syscall_desc *call, uint64_t *words) {
    char name[64];
    snprintf(name, sizeof(name), "zx_%s", call->name);
    void *function = dlsym(RTLD_DEFAULT, name);
    if (function == NULL) {
        STOP("libzircon does not export %s: zx is of another version", name);
    }
    ffi_cif interface;
    ffi_type *types[SYSCALL_MAX_ARGS];
    void *values[SYSCALL_MAX_ARGS];
    for (size_t i = 0; i < call->arg_count; i++) {
        types[i] = type_of(call->args[i].size, call->args[i].is_signed, call->args[i].is_pointer);
        values[i] = &words[i];
    }
    if (ffi_prep_cif(&interface, FFI_DEFAULT_ABI, call->arg_count, result_type_of(call), types) !=
        FFI_OK) {
        STOP("%s cannot be called", name);
    }
    ffi_arg result = 0;
    void (*code)(void);
    *(void **)(void *)&code = function;
    ffi_call(&interface, code, &result, values);
    return result;
}

static uint64_t make_call(const struct statement *statement, uint64_t *words) {
    // The internal calls have no function.
    if (statement->raw || statement->call->kind == SYSCALL_INTERNAL) {
        return libzircon_call((uint32_t)(statement->call - syscall_table), words);
    }
    return call_function(statement->call, words);
}

static bool describe(zx_handle_t handle, zx_obj_type_t *type, zx_koid_t *koid) {
    return libzircon_describe_handle(handle, type, koid);
}

static void print_line(const struct decoder *decoder, const struct decoded *before,
                       const uint64_t *result) {
    char room[LINE_SIZE];
    struct text line = {.start = room, .size = sizeof(room)};
    if (run.options->quiet) {
        return;
    }
    decode_line(decoder, before, result, &line);
    if (!run.options->single) {
        printf("%u: ", run.statement->line);
    }
    printf("%.*s%s\n", (int)line.length, line.start, line.cut ? "..." : "");
    fflush(stdout);
}

// --- what the call wrote ---

static void take_elements(const struct target *target, const struct structure *structure,
                          const uint8_t *start, size_t size, size_t element) {
    for (size_t i = 0; i < target->element_count; i++) {
        uint8_t bytes[512] = {0};
        if (element <= sizeof(bytes) && (i + 1) * element <= size) {
            memcpy(bytes, start + i * element, element);
        }
        if (element <= 8) {
            set_number(target->elements[i], number_read(bytes, element, false));
        } else {
            set_bytes(target->elements[i], bytes, element, structure);
        }
    }
}

static void take_output(const struct decoder *decoder, size_t index, uint64_t result,
                        const struct target *target) {
    const struct syscall_arg *arg = &decoder->call->args[index];
    const struct structure *structure = structure_of(decoder->call, index, decoder->words);
    bool is_single = arg->count_arg < 0 && arg->element_size != 0 && arg->element_size <= 8 &&
                     (structure == NULL || structure->is_single);
    uint64_t size, count = 1;
    // A call that failed did not say how much it wrote: all of the buffer is taken.
    if (decode_failed(decoder->call, result) || !decode_written(decoder, index, result, &size)) {
        size_t element = element_of(decoder->call, index, decoder->words);
        decode_count(decoder, index, &count);
        size = auto_size(count, element);
    }
    size = size > AUTO_MAX ? AUTO_MAX : size;
    uint8_t *bytes = get_memory(size > 8 ? size : 8);
    size = memory_read_some(bytes, decoder->words[index], size);
    size_t element = structure != NULL ? structure->size : arg->element_size;
    if (target->is_list) {
        take_elements(target, structure, bytes, size, element == 0 ? 1 : element);
    } else if (is_single) {
        const struct field *field = structure != NULL ? structure->fields : NULL;
        set_number(target->variable,
                   number_read(bytes, arg->element_size, field != NULL && field_is_signed(field)));
    } else {
        set_bytes(target->variable, bytes, size, structure);
    }
    free(bytes);
}

static void take_outputs(const struct decoder *decoder, const struct statement *statement,
                         uint64_t result) {
    size_t outputs[SYSCALL_MAX_ARGS];
    size_t count = call_outputs(statement->call, outputs);
    for (size_t i = 0; i < statement->target_count; i++) {
        if (count == 0) {
            set_number(statement->targets[i].variable, result);
        } else {
            take_output(decoder, outputs[i], result, &statement->targets[i]);
        }
    }
}

static void run_call(const struct statement *statement) {
    uint64_t words[SYSCALL_MAX_ARGS] = {0};
    evaluate_arguments(statement, words);
    struct decoder decoder = {.call = statement->call,
                              .words = words,
                              .data_limit = run.options->data_limit,
                              .now = now(),
                              .read = memory_read,
                              .describe = describe};
    char room[LINE_SIZE];
    struct decoded before = {.text = {.start = room, .size = sizeof(room)}};
    decode_before(&decoder, &before);
    if (statement->call->kind == SYSCALL_NORETURN) {
        print_line(&decoder, &before, NULL);
    }
    run.call = statement->call;
    run.result = make_call(statement, words);
    print_line(&decoder, &before, &run.result);
    take_outputs(&decoder, statement, run.result);
    guarded_free_all(&run.passing);
}

// --- other statements ---

static void set_value(const struct statement *statement) {
    struct bytes bytes;
    if (evaluate_bytes(&statement->values[0], &bytes)) {
        set_bytes(statement->variable, bytes.start, bytes.size, NULL);
        free(bytes.start);
    } else {
        set_number(statement->variable, evaluate(&statement->values[0], NULL));
    }
}

static void make_memory(const struct statement *statement) {
    uint64_t size = evaluate(&statement->values[0], NULL);
    struct guarded *memory = get_guarded(&run.lasting, size);
    struct bytes content;
    if (statement->value_count > 1) {
        if (!evaluate_bytes(&statement->values[1], &content)) {
            STOP("the content is no bytes");
        }
        if (content.size > size) {
            STOP("the content has %zu bytes, the memory %llu", content.size,
                 (unsigned long long)size);
        }
        memcpy(memory->start, content.start, content.size);
        free(content.start);
    }
    if (statement->readonly) {
        guarded_protect(memory);
    }
    set_number(statement->variable, (uintptr_t)memory->start);
}

static void load(const struct statement *statement) {
    uint64_t address = evaluate(&statement->values[0], NULL);
    uint64_t size = evaluate(&statement->values[1], NULL);
    if (size > AUTO_MAX) {
        STOP("at most %d bytes can be loaded", AUTO_MAX);
    }
    uint8_t *bytes = get_memory(size > 8 ? size : 8);
    if (!memory_read(bytes, address, size)) {
        STOP("the memory at 0x%llx cannot be read", (unsigned long long)address);
    }
    if (size == 1 || size == 2 || size == 4 || size == 8) {
        set_number(statement->variable, number_read(bytes, size, false));
    } else {
        set_bytes(statement->variable, bytes, size, NULL);
    }
    free(bytes);
}

static void store(const struct statement *statement) {
    struct bytes bytes;
    uint64_t address = evaluate(&statement->values[0], NULL);
    if (!evaluate_bytes(&statement->values[1], &bytes)) {
        STOP("what is stored must be bytes, like <u32:5>");
    }
    if (!memory_write(address, bytes.start, bytes.size)) {
        STOP("the memory at 0x%llx cannot be written", (unsigned long long)address);
    }
    free(bytes.start);
}

int script_run(const struct script *script, const struct run_options *options) {
    run.script = script;
    run.options = options;
    run.variables = calloc(script->variable_count + 1, sizeof(*run.variables));
    if (run.variables == NULL) {
        return ZX_EXIT_FILE;
    }
    for (size_t i = 0; i < script->statement_count; i++) {
        const struct statement *statement = &script->statements[i];
        run.statement = statement;
        switch (statement->kind) {
        case STATEMENT_CALL:
            run_call(statement);
            break;
        case STATEMENT_EXPECT_RESULT:
            expect_result(statement);
            break;
        case STATEMENT_EXPECT_VALUE:
            expect_value(statement);
            break;
        case STATEMENT_SET:
            set_value(statement);
            break;
        case STATEMENT_MEMORY:
            make_memory(statement);
            break;
        case STATEMENT_LOAD:
            load(statement);
            break;
        case STATEMENT_STORE:
            store(statement);
            break;
        case STATEMENT_FAIL_ALLOCATION:
            libzircon_fail_allocation((uint32_t)evaluate(&statement->values[0], NULL));
            break;
        }
    }
    guarded_free_all(&run.lasting);
    if (run.failures > 0) {
        fprintf(stderr, "zx call: %u expectation%s of %s did not hold\n", run.failures,
                run.failures == 1 ? "" : "s", script->file);
        return ZX_EXIT_FOUND;
    }
    return options->single && run.call != NULL && decode_failed(run.call, run.result)
               ? ZX_EXIT_FOUND
               : ZX_EXIT_OK;
}
