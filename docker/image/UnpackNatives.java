import ai.djl.huggingface.tokenizers.jni.LibUtils;
import dev.touchstone.rewardmodel.Torch;

/**
 * Run while an image is built: loads libtorch and the tokenizers once, so that they lie unpacked in {@code DJL_CACHE_DIR}. A
 * container then starts without unpacking 430 MB, and may have a root file system that it cannot write to.
 */
public final class UnpackNatives {
    private UnpackNatives() {}

    public static void main(String[] arguments) {
        Torch.start(1);
        LibUtils.checkStatus();
    }
}
