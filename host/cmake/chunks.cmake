# The program that compiles Lua while tlsmend is built (chunks.c). Defines TLSMEND_CHUNKS_PROGRAM, empty where Lua is embedded as text.
#
# It must have the very Lua that runs tlsmend later: a chunk is good for one release alone, and nothing in it says for which. So it is
# linked from the same archive, or, in a build for Windows, compiled from the same sources for this system: Lua 5.4 writes the same chunk
# on each little-endian system with integers and numbers of 8 bytes. tests/unit/script/test_script_chunks.c compares them all with what the
# finished program's Lua makes of the texts.
option(TLSMEND_CHUNKS "Compile the Lua of the executable when it is built, where that can be" ON)
set(TLSMEND_CHUNKS_PROGRAM "")
set(why "")
if(NOT TLSMEND_CHUNKS)
  set(why "TLSMEND_CHUNKS is off")
elseif(MINGW AND CMAKE_CROSSCOMPILING)
  find_program(TLSMEND_NATIVE_CC NAMES cc gcc clang DOC "A compiler for this system, for programs that run during the build")
  if(NOT TLSMEND_NATIVE_CC)
    set(why "no compiler for this system was found (TLSMEND_NATIVE_CC)")
  endif()
elseif(CMAKE_CROSSCOMPILING)
  set(why "what is built here does not run here")
elseif(NOT TLSMEND_PRIVATE)
  set(why "a shared Lua may be replaced by another release")
endif()
if(why)
  message(STATUS "Lua in the executable: text, compiled each time it runs, because ${why}")
  return()
endif()

message(STATUS "Lua in the executable: compiled")
set(source ${PROJECT_SOURCE_DIR}/host/cmake/chunks.c)
if(CMAKE_CROSSCOMPILING)
  set(TLSMEND_CHUNKS_PROGRAM ${PROJECT_BINARY_DIR}/tlsmend_chunks)
  file(GLOB files ${deps}/lua5.4/src/l*.c)
  list(FILTER files EXCLUDE REGEX "/luac?\\.c$")
  add_custom_command(OUTPUT ${TLSMEND_CHUNKS_PROGRAM}
    COMMAND ${TLSMEND_NATIVE_CC} -w -DLUA_COMPAT_5_3 -I${deps}/lua5.4/src ${source} ${files} -lm -o ${TLSMEND_CHUNKS_PROGRAM}
    DEPENDS ${source} ${files} COMMENT "Building what compiles Lua on this system" VERBATIM)
else()
  add_executable(tlsmend_chunks ${source})
  target_include_directories(tlsmend_chunks SYSTEM PRIVATE ${TLSMEND_LUA_INCLUDE_DIRS})
  target_link_libraries(tlsmend_chunks PRIVATE tlsmend_flags ${TLSMEND_LUA_ARCHIVE} m ${CMAKE_DL_LIBS})
  set(TLSMEND_CHUNKS_PROGRAM tlsmend_chunks)
endif()
