// Part of libzircon. BSD-3-Clause, see LICENSE.
//
// Which programs there are, and which cases they say they have.
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance.h"

static const char command[] = "conformance";

enum { LIST_SECONDS = 60, DYNAMIC_MAX = 512 };

// --- what kind of program ---

static bool read_at(int file, void *to, size_t size, uint64_t offset) {
    return offset <= INT64_MAX && pread(file, to, size, (off_t)offset) == (ssize_t)size;
}

static bool needs_libraries(int file, const Elf64_Phdr *dynamic) {
    for (uint64_t i = 0; i < dynamic->p_filesz / sizeof(Elf64_Dyn) && i < DYNAMIC_MAX; i++) {
        Elf64_Dyn entry;
        if (!read_at(file, &entry, sizeof(entry), dynamic->p_offset + i * sizeof(entry)) ||
            entry.d_tag == DT_NULL) {
            return false;
        }
        if (entry.d_tag == DT_NEEDED) {
            return true;
        }
    }
    return false;
}

// Fuchsia's interpreters have no folder in their names; and without an interpreter only Fuchsia's
// programs need a library, the vDSO.
static bool is_fuchsia(int file) {
    Elf64_Ehdr header;
    bool interpreter = false, needs = false;
    if (!read_at(file, &header, sizeof(header), 0) ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_machine != EM_X86_64 || header.e_type != ET_DYN) {
        return false;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        if (!read_at(file, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment))) {
            return false;
        }
        if (segment.p_type == PT_INTERP) {
            char first[1] = "/", last[1] = "";
            interpreter = true;
            if (read_at(file, first, 1, segment.p_offset) && first[0] != '/' &&
                first[0] != last[0]) {
                return true;
            }
        } else if (segment.p_type == PT_DYNAMIC) {
            needs = needs_libraries(file, &segment);
        }
    }
    return !interpreter && needs;
}

// --- how it is started ---

static bool set_variable(char **environment, size_t *count, const char *name, const char *text) {
    size_t length = strlen(name);
    size_t at = 0;
    while (at < *count &&
           !(strncmp(environment[at], name, length) == 0 && environment[at][length] == '=')) {
        at++;
    }
    if (asprintf(&environment[at], "%s=%s", name, text) < 0) {
        return false;
    }
    *count += at == *count;
    return true;
}

// Linux programs get by variables what zx run is told by options. It lasts as long as the command.
static char **own;

static char **linux_environment(void) {
    const struct conformance_options *options = &conformance_options;
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    char **environment = calloc(count + options->environment.count + 4, sizeof(*environment));
    if (environment == NULL) {
        return NULL;
    }
    memcpy(environment, environ, count * sizeof(*environment));
    bool done = true;
    for (size_t i = 0; i < options->environment.count && done; i++) {
        char *word = strdup(options->environment.items[i]);
        char *equals = word != NULL ? strchr(word, '=') : NULL;
        if (equals != NULL) { // a name alone is there already
            *equals = '\0';
            done = set_variable(environment, &count, word, equals + 1);
        }
        free(word);
    }
    char folders[PATH_MAX] = "", number[32];
    for (size_t i = 0; i < options->libraries.count; i++) {
        size_t at = strlen(folders);
        snprintf(folders + at, sizeof(folders) - at, "%s%s", at > 0 ? ":" : "",
                 options->libraries.items[i]);
    }
    if (folders[0] != '\0') {
        const char *before = getenv("LD_LIBRARY_PATH");
        size_t at = strlen(folders);
        if (before != NULL) {
            snprintf(folders + at, sizeof(folders) - at, ":%s", before);
        }
        done = done && set_variable(environment, &count, "LD_LIBRARY_PATH", folders);
    }
    if (options->memory != 0) {
        snprintf(number, sizeof(number), "%llu", (unsigned long long)options->memory << 20);
        done = done && set_variable(environment, &count, "LIBZIRCON_MEMORY", number);
    }
    return done ? environment : NULL;
}

static char zx_path[PATH_MAX], memory_limit[32];

enum { WORDS_MAX = 8 + 6 * ZX_LIST_MAX };

static void add(char **words, size_t *count, const char *word) {
    words[(*count)++] = (char *)(uintptr_t)word;
}

static void add_list(char **words, size_t *count, const char *option, const struct zx_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        add(words, count, option);
        add(words, count, list->items[i]);
    }
}

char **program_words(const struct program *program, const char *const *arguments,
                     size_t argument_count) {
    const struct conformance_options *options = &conformance_options;
    char **words = calloc(WORDS_MAX + argument_count, sizeof(*words));
    size_t count = 0;
    if (words == NULL) {
        return NULL;
    }
    if (program->fuchsia) {
        add(words, &count, zx_path);
        add(words, &count, "run");
        add_list(words, &count, "--libraries", &options->libraries);
        add_list(words, &count, "--env", &options->environment);
        add_list(words, &count, "--without", &options->without);
        if (options->sysroot != NULL) {
            add(words, &count, "--sysroot");
            add(words, &count, options->sysroot);
        }
        if (options->memory != 0) {
            add(words, &count, "--memory");
            add(words, &count, memory_limit);
        }
        if (options->env_all) {
            add(words, &count, "--env-all");
        }
        if (options->own_job) {
            add(words, &count, "--own-job");
        }
        add(words, &count, "--");
    }
    add(words, &count, program->path);
    for (size_t i = 0; i < argument_count; i++) {
        add(words, &count, arguments[i]);
    }
    for (size_t i = 0; i < options->arguments.count; i++) {
        add(words, &count, options->arguments.items[i]);
    }
    return words;
}

bool suite_open(struct suite *suite, char **paths, size_t count) {
    const char *as = conformance_options.as;
    own = linux_environment();
    ssize_t length = readlink("/proc/self/exe", zx_path, sizeof(zx_path) - 1);
    snprintf(memory_limit, sizeof(memory_limit), "%u", conformance_options.memory);
    suite->programs = calloc(count, sizeof(*suite->programs));
    if (suite->programs == NULL || own == NULL || length < 0) {
        zx_complain(command, "out of memory");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct program *program = &suite->programs[i];
        struct stat info;
        const char *slash = strrchr(paths[i], '/');
        int file = open(paths[i], O_RDONLY | O_CLOEXEC);
        if (file < 0 || fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
            zx_complain(command, "%s: %s", paths[i],
                        file < 0 ? strerror(errno) : "this is no program");
            if (file >= 0) {
                close(file);
            }
            return false;
        }
        program->path = paths[i];
        if (slash == NULL && asprintf((char **)(uintptr_t)&program->path, "./%s", paths[i]) < 0) {
            zx_complain(command, "out of memory");
            return false;
        }
        program->name = slash != NULL ? slash + 1 : paths[i];
        program->fuchsia = as != NULL ? strcmp(as, "fuchsia") == 0 : is_fuchsia(file);
        program->environment = program->fuchsia ? environ : own;
        suite->program_count++;
        close(file);
    }
    return true;
}

// --- known cases ---

// Lines are PROGRAM CASE : REASON; # begins a comment.
bool known_read(struct known_list *list, const char *path) {
    list->text = zx_read_file(command, path);
    if (list->text == NULL) {
        return false;
    }
    size_t room = 1, number = 0;
    for (const char *at = list->text; *at != '\0'; at++) {
        room += *at == '\n';
    }
    list->items = calloc(room, sizeof(*list->items));
    if (list->items == NULL) {
        zx_complain(command, "out of memory");
        return false;
    }
    for (char *rest = list->text; rest != NULL && *rest != '\0';) {
        char *line = strsep(&rest, "\n");
        number++;
        if (line[0] == '#' || line[0] == '\0') {
            continue;
        }
        char *reason = strstr(line, " : ");
        char *name = strchr(line, ' ');
        if (reason == NULL || name == NULL || name >= reason || reason[3] == '\0') {
            zx_complain(command, "%s:%zu: a line is PROGRAM CASE : REASON", path, number);
            return false;
        }
        *reason = *name = '\0';
        list->items[list->count++] = (struct known){line, name + 1, reason + 3};
    }
    return true;
}

const char *known_find(const struct known_list *list, const struct test_case *test) {
    for (size_t i = 0; i < list->count; i++) {
        const struct known *known = &list->items[i];
        if (fnmatch(known->program, test->program->name, 0) == 0 &&
            fnmatch(known->name, test->name, 0) == 0) {
            return known->reason;
        }
    }
    return NULL;
}

// --- their cases ---

static bool is_wanted(const struct test_case *test) {
    const struct zx_list *patterns = &conformance_options.cases;
    char *whole;
    bool wanted = patterns->count == 0;
    if (wanted || asprintf(&whole, "%s/%s", test->program->name, test->name) < 0) {
        return true;
    }
    for (size_t i = 0; i < patterns->count && !wanted; i++) {
        const char *pattern = patterns->items[i];
        wanted = strpbrk(pattern, "*?[") != NULL ? fnmatch(pattern, whole, 0) == 0
                                                 : strstr(whole, pattern) != NULL;
    }
    free(whole);
    return wanted;
}

static void free_case(struct test_case *test) {
    free(test->suite);
    free(test->test);
    free(test->name);
    free(test->seen);
    free(test->why);
    free(test->output);
}

static bool add_case(struct suite *suite, struct program *program, enum framework framework,
                     const char *name, size_t name_length, const char *test, size_t test_length) {
    struct test_case made = {.program = program, .framework = framework};
    made.suite = strndup(name, name_length);
    made.test = strndup(test, test_length);
    made.seen = malloc(suite->rounds);
    if (made.suite == NULL || made.test == NULL || made.seen == NULL ||
        asprintf(&made.name, "%s.%s", made.suite, made.test) < 0) {
        return false;
    }
    memset(made.seen, VERDICTS, suite->rounds);
    program->has[framework] = true;
    if (!is_wanted(&made)) {
        free_case(&made);
        return true;
    }
    made.known = known_find(&suite->known, &made);
    if (suite->case_count == suite->case_room) {
        size_t room = suite->case_room * 2 + 64;
        struct test_case *more = realloc(suite->cases, room * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        suite->cases = more;
        suite->case_room = room;
    }
    suite->cases[suite->case_count++] = made;
    return true;
}

// The three forms of lists:
//     CASE name       name        name.
//         test          .test       test  # and a remark
static bool read_list(struct suite *suite, struct program *program, const char *output) {
    const char *last = NULL;
    size_t last_length = 0;
    for (const char *line = output, *next; *line != '\0'; line = next) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        size_t blanks = strspn(line, " ");
        if (blanks == 0) {
            last = length > 0 ? line : NULL;
            last_length = length;
            continue;
        }
        if (last == NULL || blanks == length) {
            continue;
        }
        const char *test = line + blanks;
        size_t size = length - blanks;
        bool added = true;
        if (strncmp(last, "CASE ", 5) == 0 && blanks == 4) {
            added = add_case(suite, program, UNITTEST, last + 5, last_length - 5, test, size);
        } else if (blanks == 2 && memchr(last, ' ', strcspn(last, " #\n")) == NULL) {
            const char *remark = memmem(test, size, "  #", 3);
            size = remark != NULL ? (size_t)(remark - test) : size;
            size_t name = strcspn(last, " \n");
            bool with_dot = test[0] == '.' && size > 1;
            if (with_dot && name == last_length) {
                added = add_case(suite, program, ZXTEST, last, name, test + 1, size - 1);
            } else if (!with_dot && name > 1 && last[name - 1] == '.' &&
                       memchr(test, ' ', size) == NULL) {
                added = add_case(suite, program, ZXTEST, last, name - 1, test, size);
            }
        }
        if (!added) {
            zx_complain(command, "out of memory");
            return false;
        }
    }
    return true;
}

static bool list_program(struct suite *suite, struct program *program) {
    // Each framework passes over the other's options, and a program can have both.
    static const char *const both[] = {"--list", "--gtest_list_tests"};
    const char *framework = conformance_options.framework;
    size_t first = framework == NULL || strcmp(framework, "unittest") == 0 ? 0 : 1;
    size_t count = framework == NULL ? 2 : 1;
    char **words = program_words(program, both + first, count);
    if (words == NULL) {
        zx_complain(command, "out of memory");
        return false;
    }
    double limit =
        conformance_options.time > LIST_SECONDS ? conformance_options.time : LIST_SECONDS;
    struct ending ending = process_run(words, program->environment, limit);
    free(words);
    bool done = ending.started && !ending.timed_out && ending.output != NULL &&
                read_list(suite, program, ending.output);
    if (done && !program->has[UNITTEST] && !program->has[ZXTEST]) {
        done = false;
    }
    if (!done) {
        zx_complain(command, "%s names no test cases%s; %s", program->path,
                    ending.timed_out ? " in time" : "",
                    ending.output != NULL && ending.output[0] != '\0' ? "it said:"
                                                                      : "it said nothing");
        fprintf(stderr, "%.2000s", ending.output != NULL ? ending.output : "");
    }
    free(ending.output);
    return done;
}

bool suite_list(struct suite *suite) {
    for (size_t i = 0; i < suite->program_count; i++) {
        if (!list_program(suite, &suite->programs[i])) {
            return false;
        }
    }
    return true;
}

void suite_free(struct suite *suite) {
    for (size_t i = 0; i < suite->case_count; i++) {
        free_case(&suite->cases[i]);
    }
    free(suite->cases);
    free(suite->programs);
    free(suite->known.items);
    free(suite->known.text);
}
