# Stands in for OR-Tools while pabumeasures is built for `make bench-tally`: its rules, which we
# measure, call no solver; only its pessimist measures do, and those we never call.
add_library(ortools::ortools INTERFACE IMPORTED)
target_include_directories(ortools::ortools INTERFACE ${CMAKE_CURRENT_LIST_DIR})
