# cmake -DMODULE=cmake/registry.cmake -DFOLDER=scratch -P def_mechanism_test.cmake
# A registry line without a file, a file without a line, a line twice and an unreadable line must each
# stop the configuration of a toy room; a room where all is well must configure.

set(failures 0)

# Lays a toy room with the registry `def` and the sources `files`, and configures it.
function(lay name def files out_result out_said)
  set(toy "${FOLDER}/${name}")
  file(REMOVE_RECURSE "${toy}")
  file(WRITE "${toy}/CMakeLists.txt"
    "cmake_minimum_required(VERSION 3.22)\nproject(toy LANGUAGES NONE)\n"
    "include(\"${MODULE}\")\n"
    "scantling_check_registry(\"\${CMAKE_CURRENT_SOURCE_DIR}/room\" rules)\n")
  if(NOT def STREQUAL "none")
    file(WRITE "${toy}/room/rules.def" "${def}")
  endif()
  foreach(file IN LISTS files)
    file(WRITE "${toy}/room/rules/${file}" "")
  endforeach()
  execute_process(COMMAND "${CMAKE_COMMAND}" -S "${toy}" -B "${toy}/build"
                  RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  set(${out_result} "${result}" PARENT_SCOPE)
  set(${out_said} "${said}" PARENT_SCOPE)
endfunction()

macro(expect_fine name def files)
  lay(${name} "${def}" "${files}" result said)
  if(NOT result EQUAL 0)
    message("${name}: should configure, but: ${said}")
    math(EXPR failures "${failures} + 1")
  endif()
endmacro()

macro(expect_stop name def files sentence)
  lay(${name} "${def}" "${files}" result said)
  string(FIND "${said}" "${sentence}" at)
  if(result EQUAL 0 OR at EQUAL -1)
    message("${name}: should stop with '${sentence}', but (${result}): ${said}")
    math(EXPR failures "${failures} + 1")
  endif()
endmacro()

expect_fine(well "// The rules.\nRULE(alpha, \"a, b\")\nRULE(beta)\n" "alpha.cpp;beta.cpp;beta_test.cpp")
expect_fine(empty "// None yet.\n" "")
expect_stop(line_without_file "RULE(alpha)\nRULE(beta)\n" "alpha.cpp" "lists 'beta', but")
expect_stop(file_without_line "RULE(alpha)\n" "alpha.cpp;gamma.cpp" "has no line for 'gamma'")
expect_stop(line_twice "RULE(alpha)\nRULE(alpha)\n" "alpha.cpp" "lists 'alpha' twice")
expect_stop(unreadable "RULE(Alpha)\n" "alpha.cpp" "can't read the identifier in: RULE(Alpha)")
expect_stop(no_registry "none" "alpha.cpp" "rules.def does not exist")

if(failures GREATER 0)
  message(FATAL_ERROR "${failures} of 7 failed")
endif()
