package dev.touchstone.rewardmodel.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;

/**
 * The ids of a text and nothing else. DJL's own call also brings the text and the place of every token over from native code,
 * one Java object each, which costs more than finding the ids.
 */
final class TokenIds {
    private TokenIds() {}

    /** Ids without special tokens around them. Any threads may use one tokenizer. */
    static int[] of(HuggingFaceTokenizer tokenizer, String text) {
        long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
        try {
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            int[] result = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                result[i] = Math.toIntExact(ids[i]);
            }
            return result;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }
}
