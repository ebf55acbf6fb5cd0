"""The best award of an event: builder, search and conflicts; docs/sourcing.md says what is minimised."""
