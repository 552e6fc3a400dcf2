package dev.touchstone.rewardmodel.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Wraps the source of a TorchScript class into the archive that libtorch loads: a zip of stored entries with the code, a
 * pickled instance of the class whose attributes are numbers and flags, and the format's version.
 */
public final class TorchArchive {

    private TorchArchive() {}

    /**
     * An archive.
     *
     * @param className name of the class
     * @param methods TorchScript text of its methods
     * @param attributes the instance's attributes: Integer, Double, or Boolean
     */
    public static byte[] of(String className, String methods, Map<String, Object> attributes) {
        String source = head(className, attributes) + methods;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", pickledInstance(className, attributes));
            store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String head(String className, Map<String, Object> attributes) {
        StringBuilder head = new StringBuilder("class " + className + "(Module):\n")
                .append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        attributes.forEach((name, value) -> {
            String type = value instanceof Integer ? "int" : value instanceof Double ? "float" : "bool";
            head.append("  ").append(name).append(" : ").append(type).append('\n');
        });
        return head.append('\n').toString();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("archive/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTime(0);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** Pickle, protocol 2: NEWOBJ of the class with no arguments, then BUILD with a dictionary of the attributes. */
    private static byte[] pickledInstance(String className, Map<String, Object> attributes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x80);
        out.write(2);
        out.writeBytes(("c__torch__\n" + className + "\n").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(new byte[] {')', (byte) 0x81, '}', '('});
        name(out, "training");
        out.write(0x89);
        attributes.forEach((key, value) -> {
            name(out, key);
            value(out, value);
        });
        out.writeBytes(new byte[] {'u', 'b', '.'});
        return out.toByteArray();
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        if (value instanceof Integer integer) {
            out.write('J');
            littleEndian(out, integer);
        } else if (value instanceof Double real) {
            out.write('G');
            out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(real).array());
        } else {
            out.write(Boolean.TRUE.equals(value) ? 0x88 : 0x89);
        }
    }

    private static void name(ByteArrayOutputStream out, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        littleEndian(out, utf8.length);
        out.writeBytes(utf8);
    }

    private static void littleEndian(ByteArrayOutputStream out, int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(value >>> shift);
        }
    }
}
