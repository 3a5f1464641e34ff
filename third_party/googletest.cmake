# GoogleTest (BSD-3-Clause), for tests only. Debian: libgtest-dev. Never downloaded by the build.
find_package(GTest 1.12 REQUIRED)
include(GoogleTest)
