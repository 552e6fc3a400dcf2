/** The subcommands that concern the embedded stack and whole topics; those that bring data in are in producers. */
@NullMarked
package dev.touchstone.quickstart.command;

import org.jspecify.annotations.NullMarked;
