/// Decides when changed TLS files are loaded, and when a failure to load them is reported.
///
///     in use ──filesExamined: changed──▶ loading ──filesLoaded──▶ in use
///     loading ──loadFailed──▶ refused
///     refused ──filesExamined: changed again──▶ loading
///     refused ──filesExamined: as in use──▶ in use
struct ReloadStateMachine: Hashable, Sendable {
  enum Action: Hashable {
    /// Load the files.
    case load
    /// Report that the files can't be used.
    case reportFailure
  }

  /// The files of the context in use.
  private(set) var used: [FileIdentity?]
  /// The latest files that couldn't be used, until they change again.
  private var refused: [FileIdentity?]?

  init(used: [FileIdentity?]) { self.used = used }

  /// The files were examined.
  mutating func filesExamined(_ found: [FileIdentity?]) -> Action? {
    guard found != used else {
      refused = nil
      return nil
    }
    return found == refused ? nil : .load
  }

  /// The files were loaded.
  mutating func filesLoaded(_ files: [FileIdentity?]) {
    used = files
    refused = nil
  }

  /// The files can't be used. Each state of the files is reported once.
  mutating func loadFailed(_ files: [FileIdentity?]) -> Action? {
    defer { refused = files }
    return refused == files ? nil : .reportFailure
  }
}
