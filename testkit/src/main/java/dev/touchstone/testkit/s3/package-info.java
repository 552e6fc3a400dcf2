/** A stand-in for an S3-compatible store that can be away, forbidden, forgetful or cut short on command. */
@NullMarked
package dev.touchstone.testkit.s3;

import org.jspecify.annotations.NullMarked;
