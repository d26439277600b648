# Lua, LuaFileSystem, Jansson, libsodium, zlib and cmocka for Windows, compiled from the distribution's source packages, all static.
# Defines the same interface libraries as system-deps.cmake. The sources are fetched once for all presets.
set(deps ${PROJECT_SOURCE_DIR}/build/deps)
set(fetch sh ${PROJECT_SOURCE_DIR}/host/cmake/fetch-sources.sh)
execute_process(COMMAND ${fetch} ${deps} lua5.4 lua-filesystem jansson libsodium zlib RESULT_VARIABLE fetched)
if(NOT fetched EQUAL 0)
  message(FATAL_ERROR "The sources of the libraries could not be fetched.")
endif()
if(TLSMEND_TESTS)
  execute_process(COMMAND ${fetch} --upstream ${deps} cmocka RESULT_VARIABLE fetched)
  if(NOT fetched EQUAL 0)
    message(WARNING "The source of cmocka could not be fetched: this build has no C tests.")
  endif()
endif()

# Others' code: their warnings are not ours.
function(dependency name)
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${ARGN})
  target_compile_options(${name} PRIVATE -w -ffunction-sections -fdata-sections)
  target_compile_definitions(${name} PRIVATE _WIN32_WINNT=0x0600 __USE_MINGW_ANSI_STDIO=1)
  set_target_properties(${name} PROPERTIES C_EXTENSIONS ON)
endfunction()

file(GLOB files ${deps}/lua5.4/src/*.c)
list(FILTER files EXCLUDE REGEX "/luac?\\.c$")
dependency(tlsmend_lua ${files})
target_compile_definitions(tlsmend_lua PRIVATE LUA_COMPAT_5_3)
target_include_directories(tlsmend_lua SYSTEM PUBLIC ${deps}/lua5.4/src)

dependency(tlsmend_lfs ${deps}/lua-filesystem/src/lfs.c)
target_include_directories(tlsmend_lfs SYSTEM PUBLIC ${deps}/lua-filesystem/src)
# It exports its one function from whatever it is linked into, which nobody may see.
target_compile_definitions(tlsmend_lfs PRIVATE dllexport=__unused__)
target_link_libraries(tlsmend_lfs PUBLIC tlsmend_lua)

# Jansson's templates want what its own CMakeLists.txt finds out; for mingw-w64 that is known.
set(generated ${PROJECT_BINARY_DIR}/deps)
foreach(have STDINT_H INTTYPES_H SYS_TYPES_H FCNTL_H UNISTD_H SYS_PARAM_H SYS_STAT_H SYS_TIME_H CLOSE GETPID GETTIMEOFDAY OPEN
             READ LOCALE_H SETLOCALE INT32_T UINT32_T UINT16_T UINT8_T SSIZE_T ATOMIC_BUILTINS SYNC_BUILTINS)
  set(HAVE_${have} 1)
endforeach()
set(JSON_INLINE inline)
set(JSON_INT_T "long long")
set(JSON_STRTOINT strtoll)
set(JSON_INTEGER_FORMAT "\"lld\"")
set(JSON_HAVE_LOCALECONV 1)
set(JSON_HAVE_ATOMIC_BUILTINS 1)
set(JSON_HAVE_SYNC_BUILTINS 1)
set(JANSSON_INITIAL_HASHTABLE_ORDER 3)
set(USE_WINDOWS_CRYPTOAPI 1)
configure_file(${deps}/jansson/cmake/jansson_config.h.cmake ${generated}/jansson/jansson_config.h)
configure_file(${deps}/jansson/cmake/jansson_private_config.h.cmake ${generated}/jansson/jansson_private_config.h)
file(GLOB files ${deps}/jansson/src/*.c)
dependency(tlsmend_jansson ${files})
target_compile_definitions(tlsmend_jansson PRIVATE HAVE_CONFIG_H)
target_include_directories(tlsmend_jansson SYSTEM PUBLIC ${generated}/jansson ${deps}/jansson/src)

# libsodium as plain C: without the probes of its configure it takes the portable implementations.
set(sodium ${deps}/libsodium/src/libsodium)
file(STRINGS ${deps}/libsodium/configure.ac lines REGEX "^(AC_INIT|SODIUM_LIBRARY_VERSION_)")
string(REGEX MATCH "AC_INIT\\(\\[libsodium\\],\\[([0-9.]+)\\]" _ "${lines}")
set(VERSION ${CMAKE_MATCH_1})
string(REGEX MATCH "SODIUM_LIBRARY_VERSION_MAJOR=([0-9]+)" _ "${lines}")
set(SODIUM_LIBRARY_VERSION_MAJOR ${CMAKE_MATCH_1})
string(REGEX MATCH "SODIUM_LIBRARY_VERSION_MINOR=([0-9]+)" _ "${lines}")
set(SODIUM_LIBRARY_VERSION_MINOR ${CMAKE_MATCH_1})
# version.h includes its neighbours, so that all headers are copied beside it.
file(COPY ${sodium}/include DESTINATION ${generated}/sodium)
configure_file(${sodium}/include/sodium/version.h.in ${generated}/sodium/include/sodium/version.h @ONLY)
file(GLOB_RECURSE files ${sodium}/*.c)
list(FILTER files EXCLUDE REGEX "[^o]sse|avx|armcrypto|aesni|sandy2x")
dependency(tlsmend_sodium ${files})
target_compile_definitions(tlsmend_sodium PRIVATE CONFIGURED=1 NATIVE_LITTLE_ENDIAN=1 HAVE_WEAK_SYMBOLS=0
                           PUBLIC SODIUM_STATIC=1)
target_include_directories(tlsmend_sodium SYSTEM PUBLIC ${generated}/sodium/include
                           PRIVATE ${generated}/sodium/include/sodium)

# Of zlib only what unpacks.
set(unpacks adler32.c crc32.c inffast.c inflate.c inftrees.c zutil.c)
list(TRANSFORM unpacks PREPEND ${deps}/zlib/ OUTPUT_VARIABLE files)
dependency(tlsmend_zlib ${files})
target_include_directories(tlsmend_zlib SYSTEM PUBLIC ${deps}/zlib)

if(EXISTS ${deps}/cmocka/.unpacked)
  dependency(tlsmend_cmocka ${deps}/cmocka/src/cmocka.c)
  target_compile_definitions(tlsmend_cmocka PRIVATE HAVE_INTTYPES_H HAVE_STDINT_H HAVE_MALLOC_H HAVE_STRSIGNAL=0 HAVE_SIGNAL_H
                             HAVE__SNPRINTF=0 HAVE_SNPRINTF=1 HAVE_VSNPRINTF=1 HAVE_STDIO_H HAVE_STDLIB_H HAVE_STRING_H HAVE_IO_H
                             HAVE_GCC_THREAD_LOCAL_STORAGE HAVE_UNISTD_H HAVE_TIME_H
                             PUBLIC CMOCKA_STATIC)
  target_include_directories(tlsmend_cmocka SYSTEM PUBLIC ${deps}/cmocka/include)
endif()

add_library(tlsmend_deps INTERFACE)
target_link_libraries(tlsmend_deps INTERFACE tlsmend_lfs tlsmend_lua tlsmend_jansson tlsmend_sodium tlsmend_zlib)
add_library(tlsmend_archives INTERFACE)
target_link_libraries(tlsmend_archives INTERFACE tlsmend_deps)

add_library(tlsmend_system_libraries INTERFACE)
target_link_libraries(tlsmend_system_libraries INTERFACE advapi32 wbemuuid ws2_32)
