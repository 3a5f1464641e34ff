/** A program that uses Atoll and opens nothing. */
module com.example.app {
    requires io.atoll;
}
