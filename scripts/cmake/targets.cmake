# A library, a test, a peer or a benchmark binary is one line in its folder's CMakeLists.txt.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CONTEND_SANITIZE "" CACHE STRING "Sanitizers for everything, as -fsanitize= takes them")
option(CONTEND_PEERS "Compare with the libraries that are found" ON)

if(CONTEND_SANITIZE)
  add_compile_options(-fsanitize=${CONTEND_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CONTEND_SANITIZE})
  # GCC warns of fences, which its TSan cannot follow, and with the address sanitizer of std::jthread's own state.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()

# Gold, which binutils has had for long, links in a third of the time. What is measured is linked as everybody links.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold CONTEND_HAS_GOLD)
if(CONTEND_HAS_GOLD AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_link_options(-fuse-ld=gold)
endif()

# A compiler that does not collect its garbage is done sooner, for a tenth more memory. What is measured does without here, too.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(--param=ggc-min-heapsize=524288)
endif()

add_library(contend_flags INTERFACE)
target_compile_options(contend_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
target_include_directories(contend_flags INTERFACE ${PROJECT_SOURCE_DIR})
# libstdc++ 12's stable sort calls what libstdc++ 12 deprecates, and newer Clangs tell whoever sorts.
target_compile_options(contend_flags INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)

# contend_library(NAME [SOURCES file...] [DEPENDS target...] [BATCHED])
# Without sources it is header-only. Others link contend::NAME. BATCHED: several sources are compiled as one, in a third of
# the time, where CONTEND_BATCHES is on; no two of them may use one name in their unnamed namespaces.
option(CONTEND_BATCHES "Compile the sources of some libraries several at a time" OFF)
function(contend_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "BATCHED" "" "SOURCES;DEPENDS")
  if(arg_SOURCES)
    add_library(contend_${name} STATIC ${arg_SOURCES})
    if(arg_BATCHED)
      set_target_properties(contend_${name} PROPERTIES UNITY_BUILD ${CONTEND_BATCHES})
    endif()
    target_link_libraries(contend_${name} PUBLIC contend_flags Threads::Threads ${arg_DEPENDS})
  else()
    add_library(contend_${name} INTERFACE)
    target_link_libraries(contend_${name} INTERFACE contend_flags Threads::Threads ${arg_DEPENDS})
  endif()
  add_library(contend::${name} ALIAS contend_${name})
endfunction()

# contend_shards(COMMAND NAME COUNT RESULT): deals the tests of a GoogleTest program out to the CTest entries NAME/0, 1, ...
# that run beside each other; their names go into RESULT.
function(contend_shards command name count result)
  math(EXPR last "${count} - 1")
  foreach(shard RANGE ${last})
    add_test(NAME ${name}/${shard} COMMAND ${command})
    set_tests_properties(${name}/${shard} PROPERTIES
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${count};GTEST_SHARD_INDEX=${shard}")
    list(APPEND names ${name}/${shard})
  endforeach()
  set(${result} ${names} PARENT_SCOPE)
endfunction()

# contend_test_headers(TARGET): what most tests include is compiled once, with the first of them. Presets that
# sanitize do without, so that a header that a file forgot to include is missed there.
function(contend_test_headers target)
  get_property(first GLOBAL PROPERTY CONTEND_FIRST_TEST)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <atomic> <chrono> <thread> <vector>)
    set_property(GLOBAL PROPERTY CONTEND_FIRST_TEST ${target})
  endif()
endfunction()

# contend_batched_test(TARGET NAME): adds NAME.cc to a program of several files of tests, which runs those of one when told
# its name.
function(contend_batched_test target name)
  if(NOT TARGET ${target})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}.cc)
    file(GENERATE OUTPUT ${source}
      CONTENT "#include \"primitives/testing/batch_main.h\"\n$<GENEX_EVAL:$<JOIN:$<TARGET_PROPERTY:${target},CONTEND_FILES>,>>")
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE contend_flags GTest::gmock contend::batch_main)
    contend_test_headers(${target})
  endif()
  set(path ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cc)
  string(MAKE_C_IDENTIFIER ${name} id)
  set_property(TARGET ${target} APPEND PROPERTY CONTEND_FILES
    "\nstatic const contend::testing::FileOfBatch ${id}(\"${name}\", \"${path}\")$<SEMICOLON>\n#include \"${path}\"\n")
endfunction()

# contend_test(NAME [BATCH name] [DEPENDS target...] [LABELS label...] [TIMEOUT seconds] [SERIAL] [SHARDS count] [COST seconds])
# NAME is a path below this folder; NAME.cc is built with GoogleTest, and CTest runs it as FOLDER/NAME, or as so many shards.
# What costs most starts first; where no cost is given, CTest takes the time of earlier runs. BATCH: where CONTEND_BATCHES is
# on, it is compiled as one program with the others of that name, in less time; no two of them may use one name
# in their unnamed namespaces.
function(contend_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "BATCH;TIMEOUT;SHARDS;COST" "DEPENDS;LABELS")
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(arg_BATCH AND CONTEND_BATCHES)
    string(REPLACE "/" "_" target ${folder}/${arg_BATCH}_tests)
    set(command ${target} ${name})
    contend_batched_test(${target} ${name})
  else()
    string(REPLACE "/" "_" target ${folder}/${name})
    set(command ${target})
    add_executable(${target} ${name}.cc)
    target_link_libraries(${target} PRIVATE contend_flags GTest::gmock GTest::gtest_main)
    contend_test_headers(${target})
  endif()
  target_link_libraries(${target} PRIVATE ${arg_DEPENDS})
  if(arg_SHARDS)
    contend_shards("${command}" ${folder}/${name} ${arg_SHARDS} tests)
  else()
    set(tests ${folder}/${name})
    add_test(NAME ${tests} COMMAND ${command})
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)  # for what hangs: on a crowded machine a test may take a hundred times as long
  endif()
  if(arg_COST)
    set_tests_properties(${tests} PROPERTIES COST ${arg_COST})
  endif()
  set_tests_properties(${tests} PROPERTIES
    TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}" RUN_SERIAL "${arg_SERIAL}")
endfunction()

# contend_package_version(PACKAGE RESULT): the version that Debian gives it, or "unknown".
function(contend_package_version package result)
  execute_process(COMMAND dpkg-query --show --showformat "\${Version}" ${package}
    OUTPUT_VARIABLE version ERROR_QUIET RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    set(version unknown)
  endif()
  set(${result} ${version} PARENT_SCOPE)
endfunction()

function(contend_absent family why)
  message(STATUS "${family}: ${why}")
  set_property(GLOBAL APPEND PROPERTY CONTEND_ABSENT "${family}=${why}")
endfunction()

# contend_subject(NAME FAMILY name PACKAGE apt-package
#                 [FIND package [COMPONENTS name...] | HEADER path] [LIBRARIES target...] [VERSION text])
# Adds subjects/NAME.cc to every suite. Where FIND or HEADER is named and not found, or peers are not wanted, the family
# is listed as absent instead. HEADER is for libraries that come without a CMake package.
function(contend_subject name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FAMILY;PACKAGE;FIND;HEADER;VERSION" "COMPONENTS;LIBRARIES")
  if((arg_HEADER OR arg_FIND) AND NOT CONTEND_PEERS)
    contend_absent("${arg_FAMILY}" "left out of this build: CONTEND_PEERS is off")
    return()
  endif()
  if(arg_HEADER)
    set(arg_FIND CONTEND_${name})
    find_path(${arg_FIND}_INCLUDE_DIR ${arg_HEADER})
    if(${arg_FIND}_INCLUDE_DIR)
      set(${arg_FIND}_FOUND TRUE)
      contend_package_version(${arg_PACKAGE} ${arg_FIND}_VERSION)
    endif()
  elseif(arg_FIND)
    find_package(${arg_FIND} QUIET COMPONENTS ${arg_COMPONENTS})
  endif()
  if(arg_FIND)
    if(NOT ${arg_FIND}_FOUND)
      contend_absent("${arg_FAMILY}" "not found when this was built (install ${arg_PACKAGE})")
      return()
    endif()
    set(arg_VERSION ${${arg_FIND}_VERSION})
  endif()
  target_sources(contend_subjects PRIVATE subjects/${name}.cc)
  target_link_libraries(contend_subjects PRIVATE ${arg_LIBRARIES})
  set_source_files_properties(subjects/${name}.cc PROPERTIES
    COMPILE_DEFINITIONS "CONTEND_SUBJECT_VERSION=\"${arg_VERSION}\"")
endfunction()

# contend_benchmark(SUITE SOURCES file... [DEPENDS target...])
# Builds bench_SUITE, an ordinary Google Benchmark program.
function(contend_benchmark suite)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  add_executable(bench_${suite} ${arg_SOURCES})
  target_link_libraries(bench_${suite} PRIVATE contend::benchmark_main ${arg_DEPENDS})
  target_compile_definitions(bench_${suite} PRIVATE CONTEND_SUITE="${suite}")
endfunction()
