package dev.touchstone.critique.state;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/** Keeps the memory of each store at a few MiB: Kafka Streams' defaults allow some 100 MiB for each of dozens of stores. */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final long CACHE_BYTES = 2 << 20;
    private static final long WRITE_BUFFER_BYTES = 2 << 20;

    private final Map<Options, Cache> caches = new ConcurrentHashMap<>();

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        Cache cache = new LRUCache(CACHE_BYTES);
        caches.put(options, cache);
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(cache);
        table.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferSize(WRITE_BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
    }

    @Override
    public void close(String storeName, Options options) {
        Cache cache = caches.remove(options);
        if (cache != null) {
            cache.close();
        }
    }
}
