package dev.touchstone.testkit.cluster;

import dev.touchstone.schemas.kafka.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The rights that {@code docs/security.md} says a service needs: what is written there is what tests give it. A name that ends
 * in {@code *} is a prefix.
 *
 * @param rights one by one
 */
public record Rights(List<Right> rights) {
    private static final Pattern ROW = Pattern.compile("\\| (\\S+) \\| (\\w+) \\| (.+) \\| (.+) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    /**
     * A right.
     *
     * @param resource kind of the resource
     * @param name its name
     * @param operation what is allowed on it
     */
    public record Right(ResourceType resource, String name, AclOperation operation) {}

    /**
     * Those of a service.
     *
     * @param service as the table names it
     * @param topicPrefix the topics' prefix in place of {@code rm.}
     */
    public static Rights of(String service, String topicPrefix) {
        Path page = ProjectHome.find().resolve("docs/security.md");
        try (Stream<String> lines = Files.lines(page)) {
            List<Right> rights = lines.map(ROW::matcher)
                    .filter(row -> row.matches() && row.group(1).equals(service))
                    .flatMap(row -> rights(row, topicPrefix))
                    .toList();
            if (rights.isEmpty()) {
                throw new IllegalArgumentException(page + " has no rights of " + service);
            }
            return new Rights(rights);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Right> rights(Matcher row, String prefix) {
        ResourceType resource = ResourceType.valueOf(
                row.group(2).replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
        return NAME.matcher(row.group(3))
                .results()
                .map(name -> name.group(1).replaceFirst("^rm\\.", Matcher.quoteReplacement(prefix)))
                .flatMap(name ->
                        Stream.of(row.group(4).split(", ")).map(word -> new Right(resource, name, operation(word))));
    }

    private static AclOperation operation(String word) {
        return AclOperation.valueOf(word.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
    }

    /** All of them but those on one kind of resource. */
    public Rights without(ResourceType resource) {
        return new Rights(
                rights.stream().filter(right -> right.resource() != resource).toList());
    }

    /**
     * Gives them to a user.
     *
     * @param admin how a user with all rights reaches the broker
     */
    public void grant(KafkaSettings admin, String user) {
        List<AclBinding> bindings = rights.stream()
                .map(right -> new AclBinding(
                        pattern(right),
                        new AccessControlEntry("User:" + user, "*", right.operation(), AclPermissionType.ALLOW)))
                .toList();
        try (Admin client = Admin.create(admin.client())) {
            client.createAcls(bindings).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The rights could not be granted", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while rights were granted", e);
        }
    }

    private static ResourcePattern pattern(Right right) {
        boolean prefix = right.name().endsWith("*");
        return new ResourcePattern(
                right.resource(),
                prefix ? right.name().substring(0, right.name().length() - 1) : right.name(),
                prefix ? PatternType.PREFIXED : PatternType.LITERAL);
    }
}
