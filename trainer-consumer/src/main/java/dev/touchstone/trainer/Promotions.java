package dev.touchstone.trainer;

import dev.touchstone.rewardmodel.RewardScorer;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.Aliases;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.ModelAlias;
import dev.touchstone.schemas.v1.ModelAnswer;
import dev.touchstone.schemas.v1.ModelRequest;
import dev.touchstone.trainer.gate.Evidence;
import dev.touchstone.trainer.gate.Gate;
import dev.touchstone.trainer.gate.Ruling;
import dev.touchstone.trainer.learn.HeldOutPair;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.learn.TextRewards;
import dev.touchstone.trainer.lineage.AliasChange;
import dev.touchstone.trainer.lineage.Checkpoints;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.lineage.ModelAliases;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Not thread-safe. Which versions of a model have names: what the gate decides, and what people ask for. It changes nothing
 * itself: changes are published first and then taken over.
 */
final class Promotions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Promotions.class);
    private static final String TRAINER = "trainer";

    private final TrainerSettings settings;
    private final ModelAliases aliases;
    private final Lineage lineage;
    private final Checkpoints checkpoints;
    private @Nullable Evidence evidence;
    private @Nullable Opponent opponent;

    Promotions(TrainerSettings settings, ModelAliases aliases, Lineage lineage, Checkpoints checkpoints) {
        this.settings = settings;
        this.aliases = aliases;
        this.lineage = lineage;
        this.checkpoints = checkpoints;
    }

    /** The champion in memory, as long as it is champion. */
    private record Opponent(RewardScorer scorer, Gate gate) {}

    /** The answer to a request and what it changes; nothing if it is refused. */
    record Reply(List<AliasChange> changes, ModelAnswer answer) {}

    /** Takes over what the gate knew at the checkpoint that training goes on from. */
    void goOnFrom(CheckpointManifest manifest) {
        String state = manifest.getGateState();
        try {
            evidence = state == null ? null : Evidence.fromJson(state);
        } catch (IllegalArgumentException e) {
            LOG.warn("The gate begins anew: {}", e.getMessage());
        }
    }

    /** Judges the checkpoint that the learner has just written, by the held-out pairs since the one before. */
    Ruling judge(Learner learner) {
        List<HeldOutPair> fresh = learner.takeFresh();
        Optional<String> champion = aliases.version(Aliases.CHAMPION);
        if (champion.isEmpty()) {
            return Ruling.bootstrap();
        }
        Ruling ruling = settings.gate().enabled() ? look(champion.get(), learner, fresh) : Ruling.ungated();
        return aliases.version(Aliases.HOLD).isEmpty()
                ? ruling
                : ruling.held("Promotion is held at "
                        + aliases.version(Aliases.HOLD).get() + " until somebody releases it or promotes a version.");
    }

    private Ruling look(String champion, Learner learner, List<HeldOutPair> fresh) {
        Evidence before = evidence == null || !evidence.champion().equals(champion)
                ? Evidence.against(champion) // one that was named by hand meanwhile has not been compared with anything
                : evidence;
        try {
            Ruling ruling = opponent(champion).gate().look(before, learner::rewards, fresh, learner.heldOut());
            evidence = ruling.evidence();
            return ruling;
        } catch (CheckpointException e) {
            String why = "The champion " + champion + " cannot be compared with: " + e.getMessage()
                    + " Bring its folder back, or name another with ./touchstone models promote.";
            LOG.warn("{}", why);
            return Ruling.undecided(why, before);
        }
    }

    private Opponent opponent(String champion) throws CheckpointException {
        Opponent present = opponent;
        if (present != null && present.scorer().versionId().equals(champion)) {
            return present;
        }
        close();
        Optional<CheckpointManifest> manifest = lineage.find(champion);
        if (manifest.isEmpty()) {
            throw new CheckpointException(CheckpointException.Kind.MISSING, "It has no manifest.");
        }
        RewardScorer scorer = RewardScorer.of(
                checkpoints.open(manifest.get()), settings.compute().forScoring());
        Opponent made = new Opponent(
                scorer, new Gate(settings.gate(), inputs -> TextRewards.of(inputs, scorer.format(), scorer::score)));
        opponent = made;
        return made;
    }

    /** The names that change with a checkpoint. */
    List<AliasChange> changes(Ruling ruling, String version, Instant now) {
        return ruling.serves() ? champion(version, ruling.reasons(), TRAINER, now) : List.of();
    }

    /** Takes over changes that have been published. */
    void published(List<AliasChange> changes) {
        changes.forEach(aliases::apply);
    }

    /** What becomes of a request. */
    Reply reply(ModelRequest request, Instant now) {
        List<AliasChange> changes = new ArrayList<>();
        String refusal = new RequestRules(aliases, lineage, checkpoints).refusal(request, now);
        String detail = refusal == null ? act(request, now, changes) : refusal;
        return new Reply(
                List.copyOf(changes),
                ModelAnswer.newBuilder()
                        .setRequestId(request.getRequestId())
                        .setModelId(settings.modelId())
                        .setAccepted(refusal == null)
                        .setDetail(detail)
                        .setAnsweredAt(now.truncatedTo(ChronoUnit.MICROS))
                        .build());
    }

    private String act(ModelRequest request, Instant now, List<AliasChange> changes) {
        String by = RequestRules.shortened(request.getRequestedBy(), 200);
        List<String> why = List.of(RequestRules.shortened(request.getReason(), 2_000));
        String champion = aliases.version(Aliases.CHAMPION).orElse("");
        String version = Optional.ofNullable(request.getVersionId()).orElse("");
        String alias = Optional.ofNullable(request.getAlias()).orElse("");
        boolean held = aliases.version(Aliases.HOLD).isPresent();
        switch (request.getAction()) {
            case PROMOTE -> {
                if (!version.equals(champion)) {
                    changes.addAll(champion(version, why, by, now));
                }
                if (held) {
                    changes.add(new AliasChange(settings.modelId(), Aliases.HOLD, null));
                }
                return version.equals(champion)
                        ? version + " is champion already, and the gate may promote."
                        : version + " is champion in place of " + (champion.isEmpty() ? "none" : champion)
                                + ", and the gate may promote.";
            }
            case ROLLBACK -> {
                String previous = aliases.version(Aliases.PREVIOUS).orElseThrow();
                changes.addAll(champion(previous, why, by, now));
                changes.add(alias(Aliases.HOLD, previous, why, by, now));
                return previous + " is champion again in place of " + champion
                        + ", and the gate may not promote until it is released.";
            }
            case PIN -> {
                changes.add(alias(alias, version, why, by, now));
                return alias + " names " + version + ".";
            }
            case UNPIN -> {
                changes.add(new AliasChange(settings.modelId(), alias, null));
                return alias + " names nothing any more.";
            }
            case HOLD -> {
                changes.add(alias(Aliases.HOLD, champion, why, by, now));
                return "The gate may not promote; " + champion + " stays champion.";
            }
            case RELEASE -> {
                if (held) {
                    changes.add(new AliasChange(settings.modelId(), Aliases.HOLD, null));
                }
                return "The gate may promote.";
            }
            default -> throw new IllegalStateException("A request that is not known was not refused.");
        }
    }

    /** A new champion; the one before is kept in mind. */
    private List<AliasChange> champion(String version, List<String> reasons, String by, Instant now) {
        List<AliasChange> changes = new ArrayList<>();
        aliases.version(Aliases.CHAMPION)
                .filter(former -> !former.equals(version))
                .ifPresent(former -> changes.add(
                        alias(Aliases.PREVIOUS, former, List.of("Champion before " + version + "."), by, now)));
        changes.add(alias(Aliases.CHAMPION, version, reasons, by, now));
        return changes;
    }

    private AliasChange alias(String name, String version, List<String> reasons, String by, Instant now) {
        return AliasChange.to(ModelAlias.newBuilder()
                .setModelId(settings.modelId())
                .setAlias(name)
                .setVersionId(version)
                .setReasons(reasons)
                .setChangedBy(by)
                .setChangedAt(now.truncatedTo(ChronoUnit.MICROS))
                .build());
    }

    @Override
    public void close() {
        if (opponent != null) {
            opponent.scorer().close();
            opponent = null;
        }
    }
}
