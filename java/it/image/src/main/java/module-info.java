/** A program that is linked into an image together with Atoll. */
module com.example.image {
    requires io.atoll;
}
