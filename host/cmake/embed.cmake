# Turns stdlib/**/*.lua, host/lang/*.txt, host/lua/**/*.lua and runbooks/*.lua into a C file that defines the table of
# script/script.h. CMake does it, and what is embedded becomes byte arrays, so any byte and any length is fine.
#
# Lua is embedded as what the compiler of the linked Lua makes of it, if there is one here that runs (chunks.c; see
# docs/decisions/0027-chunks-of-the-executable.md). Texts are packed; of Lua that is compiled only those that somebody is shown: runbooks,
# and what the prompt reads its help from (stdlib/meta is for editors and for that alone). A Windows executable has little room, so that
# chunks are packed there, too. Of what gzip writes only the deflated bytes stay, without its header and checksum.
#
# Included, it defines embed_texts(OUTPUT). Run with `cmake -P` it writes OUTPUT from the list of names in LIST and the chunks in CHUNKS.
set(shown "^(runbooks|host/lang|stdlib/meta|stdlib/tls)/|^stdlib/windows/(releases|updates)\\.lua$")

# Adds the bytes of a file as an array of that name; `row` gets what stands for them in the table.
function(embed_bytes name file packed row)
  file(SIZE "${file}" size)
  if(packed)
    file(ARCHIVE_CREATE OUTPUT "${OUTPUT}.gz" PATHS "${file}" FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9
         MTIME "1970-01-01")
    file(READ "${OUTPUT}.gz" bytes HEX)
    file(SIZE "${OUTPUT}.gz" packed)
    math(EXPR packed "${packed} - 18") # 10 of header, 8 of checksum and size
    math(EXPR digits "${packed} * 2")
    string(SUBSTRING "${bytes}" 20 ${digits} bytes)
  else()
    file(READ "${file}" bytes HEX)
    set(packed 0)
  endif()
  string(REGEX REPLACE "(................................)" "\\1\n  " bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  set(arrays "${arrays}static const unsigned char ${name}[] = {\n  ${bytes}0x00};\n" PARENT_SCOPE)
  set(${row} "{(const char *)${name}, ${size}, ${packed}}" PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  file(STRINGS "${LIST}" names)
  set(arrays "")
  set(rows "")
  set(count 0)
  foreach(name IN LISTS names)
    set(text "{NULL, 0, 0}")
    set(chunk "{NULL, 0, 0}")
    if(CHUNKS AND name MATCHES "\\.lua$" AND NOT name MATCHES "^stdlib/meta/")
      embed_bytes(chunk_${count} "${CHUNKS}/${count}.luac" "${PACKED}" chunk)
    endif()
    if(NOT CHUNKS OR name MATCHES "${shown}")
      embed_bytes(text_${count} "${SOURCE}/${name}" ON text)
    endif()
    set(sha256 NULL)
    if(name MATCHES "^runbooks/")
      file(SHA256 "${SOURCE}/${name}" digest)
      set(sha256 "\"${digest}\"")
    endif()
    string(APPEND rows "  {\"${name}\", ${sha256}, ${text}, ${chunk}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(WRITE "${OUTPUT}.new" "/* Made by host/cmake/embed.cmake. */
#include \"script/script.h\"

${arrays}
const embedded_text embedded_texts[] = {
${rows}  {NULL, NULL, {NULL, 0, 0}, {NULL, 0, 0}},
};
const size_t embedded_text_count = ${count};
")
  file(RENAME "${OUTPUT}.new" "${OUTPUT}")
  return()
endif()

include(${CMAKE_CURRENT_LIST_DIR}/chunks.cmake)

function(embed_texts output)
  file(GLOB_RECURSE names CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} stdlib/*.lua host/lang/*.txt
       host/lua/*.lua)
  file(GLOB runbooks CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} runbooks/*.lua)
  list(APPEND names ${runbooks})
  list(SORT names)
  list(TRANSFORM names PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  string(JOIN "\n" text ${names})
  file(CONFIGURE OUTPUT ${output}.list CONTENT "${text}\n" @ONLY)
  set(compile "")
  set(chunks "")
  if(TLSMEND_CHUNKS_PROGRAM)
    set(chunks ${output}.chunks)
    set(compile COMMAND ${CMAKE_COMMAND} -E make_directory ${chunks}
                COMMAND ${TLSMEND_CHUNKS_PROGRAM} ${PROJECT_SOURCE_DIR} ${output}.list ${chunks})
  endif()
  add_custom_command(OUTPUT ${output} ${compile}
    COMMAND ${CMAKE_COMMAND} -DLIST=${output}.list -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${output} -DCHUNKS=${chunks}
            -DPACKED=$<BOOL:${WIN32}> -P ${PROJECT_SOURCE_DIR}/host/cmake/embed.cmake
    DEPENDS ${files} ${output}.list ${PROJECT_SOURCE_DIR}/host/cmake/embed.cmake ${TLSMEND_CHUNKS_PROGRAM}
    COMMENT "Embedding Lua" VERBATIM)
endfunction()
