# GoogleTest (BSD-3-Clause), for tests only. Debian: libgtest-dev; for another machine its sources, from googletest.
# Never downloaded by the build.
if(CMAKE_CROSSCOMPILING)
  add_subdirectory(/usr/src/googletest third_party/googletest EXCLUDE_FROM_ALL)
else()
  find_package(GTest 1.12 REQUIRED)
endif()
include(GoogleTest)
