package io.atoll.internal.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.SinceTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExportsTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a user can name says since which version it is there. */
@Tag("once")
class PublicTypesTest {
    private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+(\\.[0-9]+)?");
    /** Modules that users see. */
    private static final List<String> ARTIFACTS = List.of("api", "store", "objects", "arrow");

    @Test
    void shouldSaySinceWhichVersionTheyAreThere() throws IOException {
        List<String> silent = new ArrayList<>();
        Set<String> found = new HashSet<>();
        for (Path room : exportedRooms()) {
            new Scan(room) {
                @Override
                void type(ClassTree type, String name, DocCommentTree doc) {
                    found.add(name);
                    if (doc == null || doc.getBlockTags().stream().noneMatch(Scan::isSince)) {
                        silent.add(name);
                    }
                }
            }.run();
        }
        assertThat(silent).isEmpty();
        assertThat(found)
                .contains("io.atoll.Atoll", "io.atoll.Outcome.Success", "io.atoll.F10", "io.atoll.tensor.Tensor");
    }

    @Test
    void shouldSayWhatMayBeNull() throws IOException {
        List<Path> silent = new ArrayList<>();
        for (Path room : exportedRooms()) {
            Path file = room.resolve("package-info.java");
            if (!room.toString().contains("/target/") && !Files.readString(file).contains("\n@NullMarked\n")) {
                silent.add(file);
            }
        }
        assertThat(silent).isEmpty();
    }

    /** Packages that are exported to everybody: a folder for each, twice where a part of it is generated. */
    private static List<Path> exportedRooms() throws IOException {
        Path house = Path.of("..").toRealPath();
        List<Path> rooms = new ArrayList<>();
        for (String artifact : ARTIFACTS) {
            Path sources = house.resolve(artifact).resolve("src/main/java");
            new Scan(sources.resolve("module-info.java")) {
                @Override
                public Void visitExports(ExportsTree node, Void unused) {
                    if (node.getModuleNames() == null) {
                        String folder = node.getPackageName().toString().replace('.', '/');
                        rooms.add(sources.resolve(folder));
                        Path generated = house.resolve(artifact)
                                .resolve("target/generated-sources/atoll")
                                .resolve(folder);
                        if (Files.isDirectory(generated)) {
                            rooms.add(generated);
                        }
                    }
                    return null;
                }
            }.run();
        }
        return rooms;
    }

    /** Looks at the public types of a file, or of all in a folder. */
    private abstract static class Scan extends TreePathScanner<Void, Void> {
        private final Path place;
        private DocTrees trees;

        Scan(Path place) {
            this.place = place;
        }

        void type(ClassTree type, String name, DocCommentTree doc) {}

        void run() throws IOException {
            JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
            try (StandardJavaFileManager manager = javac.getStandardFileManager(null, null, null);
                    Stream<Path> all = Files.walk(place, 1)) {
                List<Path> files =
                        all.filter(each -> each.toString().endsWith(".java")).toList();
                JavacTask task = (JavacTask)
                        javac.getTask(null, manager, null, List.of(), null, manager.getJavaFileObjectsFromPaths(files));
                trees = DocTrees.instance(task);
                for (CompilationUnitTree each : task.parse()) {
                    scan(each, null);
                }
            }
        }

        @Override
        public Void visitClass(ClassTree type, Void unused) {
            if (!isPublic(type)) {
                return null;
            }
            StringBuilder name = new StringBuilder(type.getSimpleName());
            for (TreePath each = getCurrentPath().getParentPath(); each != null; each = each.getParentPath()) {
                if (each.getLeaf() instanceof ClassTree outer) {
                    name.insert(0, outer.getSimpleName() + ".");
                }
            }
            name.insert(0, getCurrentPath().getCompilationUnit().getPackageName() + ".");
            type(type, name.toString(), trees.getDocCommentTree(getCurrentPath()));
            for (Tree member : type.getMembers()) {
                if (member instanceof ClassTree) {
                    scan(member, null);
                }
            }
            return null;
        }

        /** By itself, or as a member of an interface. */
        private boolean isPublic(ClassTree type) {
            Tree around = getCurrentPath().getParentPath().getLeaf();
            boolean inInterface = around.getKind() == Tree.Kind.INTERFACE;
            Set<Modifier> flags = type.getModifiers().getFlags();
            return flags.contains(Modifier.PUBLIC)
                    || flags.contains(Modifier.PROTECTED)
                    || (inInterface && !flags.contains(Modifier.PRIVATE));
        }

        static boolean isSince(DocTree tag) {
            return tag instanceof SinceTree since
                    && since.getBody().size() == 1
                    && VERSION.matcher(since.getBody().get(0).toString()).matches();
        }
    }
}
