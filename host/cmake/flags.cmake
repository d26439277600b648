# Compiler and linker flags of our own code, as one interface library. Not those of the libraries that Windows builds compile.
add_library(tlsmend_flags INTERFACE)
if(MSVC)
  target_compile_options(tlsmend_flags INTERFACE /W4 /utf-8 $<$<BOOL:${TLSMEND_WERROR}>:/WX>)
  return()
endif()

# Warnings are errors for the compilers that this was built with. A newer one knows warnings that nobody has read yet: they are
# printed and stop nothing.
set(newest_known_GNU 14)
set(newest_known_Clang 19)
string(REGEX MATCH "^[0-9]+" major "${CMAKE_C_COMPILER_VERSION}")
if(TLSMEND_WERROR AND (NOT newest_known_${CMAKE_C_COMPILER_ID} OR major GREATER newest_known_${CMAKE_C_COMPILER_ID}))
  message(STATUS "${CMAKE_C_COMPILER_ID} ${major} is not known here: its warnings are not errors")
  set(TLSMEND_WERROR OFF)
endif()

target_compile_options(tlsmend_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes
  $<$<BOOL:${TLSMEND_WERROR}>:-Werror> -ffunction-sections -fdata-sections
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_link_options(tlsmend_flags INTERFACE -Wl,--gc-sections)

if(TLSMEND_SANITIZE)
  target_compile_options(tlsmend_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
  target_link_options(tlsmend_flags INTERFACE -fsanitize=address,undefined)
endif()

if(TLSMEND_FUZZ)
  target_compile_options(tlsmend_flags INTERFACE -O1 -fsanitize=fuzzer-no-link)
  target_link_options(tlsmend_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(NOT WIN32)
  target_compile_definitions(tlsmend_flags INTERFACE _POSIX_C_SOURCE=200809L)
endif()

if(MINGW)
  # NT 6.0 is the oldest Windows that this runs on; the C99 printf family of mingw-w64 instead of msvcrt's.
  target_compile_definitions(tlsmend_flags INTERFACE _WIN32_WINNT=0x0600 WINVER=0x0600 NTDDI_VERSION=0x06000000
                             UNICODE _UNICODE __USE_MINGW_ANSI_STDIO=1)
  target_link_options(tlsmend_flags INTERFACE -static -Wl,--no-insert-timestamp
                      -Wl,--major-subsystem-version=6,--minor-subsystem-version=0
                      $<$<NOT:$<CONFIG:Debug>>:-s>)
endif()
