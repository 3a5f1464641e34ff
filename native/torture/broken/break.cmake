# cmake -DVARIANT=FILE -DSOURCES=DIR -DCOPY=DIR -P break.cmake: copies the store's sources and makes a change in them,
# FROM TO and where there is more of it FROM_2 TO_2, which the proofs must find out. Fails when the code to change is not
# there exactly once.
include(${VARIANT})
file(REMOVE_RECURSE ${COPY})
file(COPY ${SOURCES}/ DESTINATION ${COPY})
file(READ ${COPY}/${FILE} text)
foreach(part "" _2)
  if(NOT DEFINED FROM${part})
    continue()
  endif()
  string(FIND "${text}" "${FROM${part}}" first)
  string(FIND "${text}" "${FROM${part}}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "${VARIANT}: what it changes is not in ${FILE} exactly once any more")
  endif()
  string(REPLACE "${FROM${part}}" "${TO${part}}" text "${text}")
endforeach()
file(WRITE ${COPY}/${FILE} "${text}")
