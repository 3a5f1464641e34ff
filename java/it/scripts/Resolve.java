import coursierapi.Dependency;
import coursierapi.Fetch;
import coursierapi.MavenRepository;
import java.io.File;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The class path of an artifact as coursier, which resolves for sbt and Mill, finds it: Resolve REPOSITORY CACHE G A V. */
class Resolve {
    public static void main(String[] arguments) throws Exception {
        Fetch fetch = Fetch.create()
                .withRepositories(MavenRepository.of(Path.of(arguments[0]).toUri().toString()))
                .withCache(coursierapi.Cache.create().withLocation(new File(arguments[1])))
                .addDependencies(Dependency.of(arguments[2], arguments[3], arguments[4]));
        System.out.println(fetch.fetch().stream().map(File::toString).collect(Collectors.joining(File.pathSeparator)));
    }
}
