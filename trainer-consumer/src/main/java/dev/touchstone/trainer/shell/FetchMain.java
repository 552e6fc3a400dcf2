package dev.touchstone.trainer.shell;

import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.checkpoint.WholeModel;
import dev.touchstone.schemas.UserError;
import dev.touchstone.store.CheckpointFetcher;
import dev.touchstone.store.StoreException;
import dev.touchstone.store.StoreSettings;
import java.nio.file.Path;

/**
 * What {@code ./touchstone models fetch} runs as a process of its own. Where the store is are the trainer's settings; it is told
 * the rest by four arguments: URI and SHA-256 of a checkpoint, as its manifest has them, the folder for what is fetched from a
 * store, and the folder to write. Exit codes: 0; 1 if the files are gone or damaged, or the store is away; 2 for wrong use.
 */
public final class FetchMain {
    /** As many as a scorer keeps, which may use the same folder. */
    private static final int FETCHED = 4;

    private FetchMain() {}

    /** Runs it and exits. */
    public static void main(String[] arguments) {
        try {
            TrainerConfig settings = RetrainMain.configuration().getConfigMapping(TrainerConfig.class);
            StoreSettings store = StoreSettings.of(
                    settings.checkpointStore(), settings.s3Endpoint(), settings.s3Region(), settings.s3PathStyle());
            fetch(store, arguments[0], arguments[1], Path.of(arguments[2]), Path.of(arguments[3]));
            System.exit(0);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(UserError.EXIT_CODE);
        } catch (CheckpointException | StoreException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Writes the model of a checkpoint to a new folder, once its files are those of the hash. */
    static void fetch(StoreSettings store, String uri, String sha256, Path fetched, Path target)
            throws CheckpointException, StoreException {
        try (CheckpointFetcher fetcher = new CheckpointFetcher(store, fetched)) {
            WholeModel.write(fetcher.fetch(uri, sha256).model(), target);
            fetcher.trim(FETCHED);
        }
    }
}
