/** Small parts that state stores and internal topics share: JSON serdes, expiring stores, saved headers, bounded RocksDB. */
@NullMarked
package dev.touchstone.critique.state;

import org.jspecify.annotations.NullMarked;
