// Part of libzircon. BSD-3-Clause, see LICENSE.
#include "zx.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void zx_complain(const char *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "zx %s: ", command);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

int zx_usage_error(const char *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "zx %s: ", command);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "; see zx %s --help\n", command);
    va_end(arguments);
    return ZX_EXIT_USAGE;
}

// --- options ---

static const struct zx_option *find_option(const struct zx_option *options, size_t count,
                                           const char *word, size_t length) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(options[i].name) == length && strncmp(options[i].name, word, length) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static bool set_option(const char *command, const struct zx_option *option, const char *value) {
    if (option->text != NULL) {
        *option->text = value;
        return true;
    }
    if (option->list != NULL) {
        if (option->list->count == ZX_LIST_MAX) {
            zx_usage_error(command, "%s is given more than %d times", option->name, ZX_LIST_MAX);
            return false;
        }
        option->list->items[option->list->count++] = value;
        return true;
    }
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number == 0 ||
        number > UINT32_MAX) {
        zx_usage_error(command, "%s wants a number from 1 on, not '%s'", option->name, value);
        return false;
    }
    *option->number = (uint32_t)number;
    return true;
}

bool zx_parse_options(const char *command, const struct zx_option *options, size_t option_count,
                      int *argc, char **argv) {
    int kept = 0, i = 0;
    while (i < *argc) {
        char *word = argv[i++];
        if (strcmp(word, "--") == 0) {
            break;
        }
        if (word[0] != '-' || word[1] == '\0') {
            argv[kept++] = word;
            continue;
        }
        size_t length = strcspn(word, "=");
        const struct zx_option *option = find_option(options, option_count, word, length);
        if (option == NULL) {
            zx_usage_error(command, "there is no option '%.*s'", (int)length, word);
            return false;
        }
        bool has_value = word[length] == '=';
        if (option->flag != NULL) {
            if (has_value) {
                zx_usage_error(command, "%s takes no value", option->name);
                return false;
            }
            *option->flag = true;
            continue;
        }
        if (!has_value && i == *argc) {
            zx_usage_error(command, "%s wants a value behind it", option->name);
            return false;
        }
        if (!set_option(command, option, has_value ? word + length + 1 : argv[i++])) {
            return false;
        }
    }
    while (i < *argc) {
        argv[kept++] = argv[i++];
    }
    *argc = kept;
    return true;
}

// Options end at the first word that is none, so that the program's own are left alone.
static int count_own_words(const struct zx_option *list, size_t count, int argc, char **argv) {
    int i = 0;
    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
        if (strcmp(argv[i], "--") == 0) {
            return i;
        }
        for (size_t k = 0; k < count; k++) {
            if (strcmp(list[k].name, argv[i]) == 0 && list[k].flag == NULL) {
                i++;
                break;
            }
        }
        i++;
    }
    return i < argc ? i : argc;
}

bool zx_parse_leading_options(const char *command, const struct zx_option *options,
                              size_t option_count, int *argc, char **argv) {
    int own = count_own_words(options, option_count, *argc, argv);
    int parsed = own;
    if (!zx_parse_options(command, options, option_count, &parsed, argv)) {
        return false;
    }
    if (own < *argc && strcmp(argv[own], "--") == 0) {
        own++;
    }
    memmove(argv, argv + own, (size_t)(*argc - own + 1) * sizeof(*argv)); // and the null behind
    *argc -= own;
    return true;
}

// --- files ---

char *zx_read_file(const char *command, const char *path) {
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t length = 0, room = 0;
    while (file != NULL) {
        if (room - length < 2) {
            char *more = realloc(text, room = room * 2 + 65536);
            if (more == NULL) {
                break;
            }
            text = more;
        }
        size_t got = fread(text + length, 1, room - length - 1, file);
        length += got;
        if (got == 0 && !ferror(file)) {
            fclose(file);
            text[length] = '\0';
            return text;
        }
        if (got == 0) {
            break;
        }
    }
    zx_complain(command, "cannot read %s: %s", path, strerror(errno));
    if (file != NULL) {
        fclose(file);
    }
    free(text);
    return NULL;
}

bool zx_output_open(const char *command, struct zx_output *output, const char *path) {
    *output = (struct zx_output){.path = path};
    output->file = open_memstream(&output->text, &output->length);
    if (output->file == NULL) {
        zx_complain(command, "cannot write %s: %s", path, strerror(errno));
    }
    return output->file != NULL;
}

// A device or a pipe, which must not be replaced by a file.
static bool is_special(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

// Writes beside the file and renames, so that a reader never sees half of it.
bool zx_output_close(const char *command, struct zx_output *output) {
    bool to_stdout = strcmp(output->path, "-") == 0;
    bool done = fclose(output->file) == 0;
    char *scratch = NULL;
    if (done && to_stdout) {
        done = fwrite(output->text, 1, output->length, stdout) == output->length &&
               fflush(stdout) == 0;
    } else if (done && is_special(output->path)) {
        FILE *file = fopen(output->path, "we");
        done = file != NULL && fwrite(output->text, 1, output->length, file) == output->length;
        done = file != NULL && fclose(file) == 0 && done;
    } else if (done && asprintf(&scratch, "%s.new", output->path) >= 0) {
        FILE *file = fopen(scratch, "we");
        done = file != NULL && fwrite(output->text, 1, output->length, file) == output->length;
        done = file != NULL && fclose(file) == 0 && done;
        done = done && rename(scratch, output->path) == 0;
        int error = errno;
        if (!done && file != NULL) {
            remove(scratch);
        }
        errno = error;
    }
    if (!done) {
        zx_complain(command, "cannot write %s: %s", output->path, strerror(errno));
    }
    free(scratch);
    free(output->text);
    return done;
}

void zx_print_json_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', out);
            fputc(*text, out);
        } else if ((unsigned char)*text < ' ') {
            fprintf(out, "\\u%04x", (unsigned)*text);
        } else {
            fputc(*text, out);
        }
    }
    fputc('"', out);
}
