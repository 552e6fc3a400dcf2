/** Where the figures of training go besides the topic: TensorBoard's event files and MLflow. */
@NullMarked
package dev.touchstone.trainer.report;

import org.jspecify.annotations.NullMarked;
