# Warnings and sanitizers, for everything that is built here.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion)
add_compile_options($<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>)
# Variadic macros without variadic arguments are C23, which both compilers have long known.
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    add_compile_options(-Wno-gnu-zero-variadic-macro-arguments)
endif()
if(LIBZIRCON_WERROR)
    add_compile_options(-Werror)
endif()
if(LIBZIRCON_SANITIZE)
    add_compile_options(-fsanitize=${LIBZIRCON_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${LIBZIRCON_SANITIZE})
endif()
if(LIBZIRCON_DEBUG)
    add_compile_definitions(LIBZIRCON_DEBUG)
endif()
