# A room is a folder under src/ that becomes one static library. It names the rooms below it that it
# may use; `tests/support/tidy` holds its #includes to the same list.
#
#   scantling_room(simulate USES base model estimate LINKS Threads::Threads DEFS policies HOT)
#
# USES   rooms below (linked publicly, so that their headers and libraries follow).
# LINKS  third-party libraries, linked privately: their headers must not appear in our headers.
# DEFS   registries (registry.cmake): a line without a file, or a file without a line, stops the
#        configuration.
# EMBED  globs of files in the room's folder that become part of the binary (base/embedded.h).
# TEST_USES  rooms that only its tests may include beyond USES: `check` reads models as text in tests.
# HOT    compiled with -O2 in every preset: an inner loop at -O0 makes the tests useless.
#
# Files ending in _test.cpp, and what they share in files beginning with test_, become the executable
# <room>_test, registered with ctest.

include("${CMAKE_CURRENT_LIST_DIR}/registry.cmake")

# "room: rooms that it uses", a line each, for tests/support/tidy; and the rooms' libraries.
set_property(GLOBAL PROPERTY SCANTLING_ROOM_LINES "")
set_property(GLOBAL PROPERTY SCANTLING_ROOM_LIBRARIES "")

function(scantling_embed room globs out_source)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/src/${room}")
  set(patterns "")
  foreach(pattern IN LISTS globs)
    list(APPEND patterns "${folder}/${pattern}")
  endforeach()
  file(GLOB files RELATIVE "${folder}" CONFIGURE_DEPENDS ${patterns})
  list(SORT files)
  set(depends ${files})
  list(TRANSFORM depends PREPEND "${folder}/")
  string(REPLACE ";" "|" joined "${files}")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded_${room}.cpp")
  add_custom_command(OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" -DOUT=${out} -DFUNCTION=embedded_${room} -DROOT=${folder}
            "-DFILES=${joined}" -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake"
    DEPENDS ${depends} "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake"
    COMMENT "Embedding the files of ${room}" VERBATIM)
  # A file is one string, of any length.
  set_source_files_properties("${out}" PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
  set(${out_source} "${out}" PARENT_SCOPE)
endfunction()

function(scantling_room room)
  cmake_parse_arguments(ROOM "HOT" "" "USES;TEST_USES;LINKS;DEFS;EMBED" ${ARGN})
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/src/${room}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test\\.cpp|/test_[a-z_]*\\.cpp)$")
  list(FILTER tests INCLUDE REGEX "(_test\\.cpp|/test_[a-z_]*\\.cpp)$")
  foreach(name IN LISTS ROOM_DEFS)
    scantling_check_registry("${folder}" ${name})
  endforeach()

  string(REPLACE ";" " " uses "${ROOM_USES}")
  set_property(GLOBAL APPEND PROPERTY SCANTLING_ROOM_LINES "${room}: ${uses}")
  if(ROOM_TEST_USES)
    string(REPLACE ";" " " test_uses "${ROOM_TEST_USES}")
    set_property(GLOBAL APPEND PROPERTY SCANTLING_ROOM_LINES "${room}_test: ${test_uses}")
  endif()
  set_property(GLOBAL APPEND PROPERTY SCANTLING_ROOM_LIBRARIES scantling_${room})

  if(ROOM_EMBED)
    scantling_embed(${room} "${ROOM_EMBED}" embedded)
    list(APPEND sources "${embedded}")
  endif()
  add_library(scantling_${room} STATIC ${sources})
  target_include_directories(scantling_${room} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(scantling_${room} PRIVATE scantling_options)
  foreach(below IN LISTS ROOM_USES)
    target_link_libraries(scantling_${room} PUBLIC scantling_${below})
  endforeach()
  target_link_libraries(scantling_${room} PRIVATE ${ROOM_LINKS})
  if(ROOM_HOT AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(scantling_${room} PRIVATE -O2)
  endif()

  if(tests AND SCANTLING_TESTS)
    add_executable(${room}_test ${tests})
    target_link_libraries(${room}_test PRIVATE scantling_${room} scantling_options ${ROOM_LINKS}
                                               GTest::gtest GTest::gtest_main)
    foreach(also IN LISTS ROOM_TEST_USES)
      target_link_libraries(${room}_test PRIVATE scantling_${also})
    endforeach()
    target_compile_definitions(${room}_test PRIVATE
      SCANTLING_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
    gtest_discover_tests(${room}_test TEST_PREFIX "${room}/" DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT 300)
  endif()
endfunction()
