/**
 * C++ functions as tasks, one thing a class: each is declared here by JavaCPP's annotations, defined in a header of {@code
 * src/main/cpp} and tried by a test of the same name. All are in one library, which workers find on the class path.
 */
package io.atoll.examples.kernels;
