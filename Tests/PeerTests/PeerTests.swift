import TestThreads
import Testing

/// Tests with programs of other projects. They mostly wait, so several run at a time; ``TestThreads`` limits the number.
///
/// The black holes measure deadlines by the clock: they run in sequence, and `Tests/run` runs no other test at that time.
@Suite(.ownThreads) struct PeerTests {}
