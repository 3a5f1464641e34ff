# cmake -DVARIANT=FILE -DSOURCES=DIR -DCOPY=DIR -P break.cmake: copies the store's sources and makes one change in
# them, which the proofs must find out. Fails when the code to change is not there exactly once.
include(${VARIANT})
file(REMOVE_RECURSE ${COPY})
file(COPY ${SOURCES}/ DESTINATION ${COPY})
file(READ ${COPY}/${FILE} text)
string(FIND "${text}" "${FROM}" first)
string(FIND "${text}" "${FROM}" last REVERSE)
if(first EQUAL -1 OR NOT first EQUAL last)
  message(FATAL_ERROR "${VARIANT}: what it changes is not in ${FILE} exactly once any more")
endif()
string(REPLACE "${FROM}" "${TO}" text "${text}")
file(WRITE ${COPY}/${FILE} "${text}")
