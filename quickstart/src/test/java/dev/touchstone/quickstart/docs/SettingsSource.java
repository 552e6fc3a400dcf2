package dev.touchstone.quickstart.docs;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import dev.touchstone.testkit.cluster.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Reads a service's settings from the source of its {@code @ConfigMapping}: names and defaults as SmallRye Config takes them,
 * meanings from the Javadoc. The JDK's own compiler parses; no class of a service is loaded.
 */
public final class SettingsSource {
    private final Map<String, TreePath> interfaces = new HashMap<>();
    private final DocTrees docs;

    private SettingsSource(List<Path> files) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
            docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new InterfaceFinder().scan(unit, null);
            }
        }
    }

    /** The settings of a module, in the order of its code. */
    public static List<Setting> of(String module) throws IOException {
        try (Stream<Path> files = Files.walk(ProjectHome.find().resolve(module).resolve("src/main/java"))) {
            List<Path> shell = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.getParent().endsWith("shell"))
                    .sorted()
                    .toList();
            SettingsSource source = new SettingsSource(shell);
            List<Setting> settings = new ArrayList<>();
            for (TreePath path : source.interfaces.values()) {
                ClassTree mapping = (ClassTree) path.getLeaf();
                Optional<String> prefix = annotation(mapping.getModifiers(), "ConfigMapping");
                if (prefix.isPresent()) {
                    source.collect(prefix.get(), path, settings);
                }
            }
            if (settings.isEmpty()) {
                throw new IllegalStateException(module + " has no @ConfigMapping in a package shell");
            }
            return settings;
        }
    }

    private void collect(String prefix, TreePath path, List<Setting> settings) {
        for (Tree member : ((ClassTree) path.getLeaf()).getMembers()) {
            if (!(member instanceof MethodTree method)) {
                continue;
            }
            String name = prefix + "." + kebab(method.getName().toString());
            String type = method.getReturnType().toString();
            if (interfaces.containsKey(type)) {
                collect(name, interfaces.get(type), settings);
                continue;
            }
            TreePath place = new TreePath(path, method);
            String meaning = docs.getDocComment(place);
            if (meaning == null) {
                throw new IllegalStateException(name + " has no Javadoc: say what it means");
            }
            String usual = annotation(method.getModifiers(), "WithDefault")
                    .orElse(type.startsWith("Optional") ? "none" : "required");
            settings.add(new Setting(name, usual, plain(meaning)));
        }
    }

    private static Optional<String> annotation(ModifiersTree modifiers, String name) {
        for (AnnotationTree annotation : modifiers.getAnnotations()) {
            if (annotation.getAnnotationType().toString().equals(name)) {
                ExpressionTree argument = annotation.getArguments().get(0);
                ExpressionTree value =
                        argument instanceof AssignmentTree assignment ? assignment.getExpression() : argument;
                return Optional.of(((LiteralTree) value).getValue().toString());
            }
        }
        return Optional.empty();
    }

    private static String kebab(String method) {
        return method.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\{@(?:code|link|value) ([^}]+)}", "`$1`")
                .replaceAll("</?p>", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private final class InterfaceFinder extends TreePathScanner<Void, Void> {
        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            if (type.getKind() == Tree.Kind.INTERFACE) {
                interfaces.put(type.getSimpleName().toString(), getCurrentPath());
            }
            return super.visitClass(type, nothing);
        }
    }
}
