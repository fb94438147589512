/// Decides when changed files are loaded, and when it is said that they can't be used.
struct TLSWatch: Hashable, Sendable {
  /// What the context in use was made of.
  private(set) var used: TLSFileSet
  /// The latest files that couldn't be used, until they change again.
  private var refused: TLSFileSet?

  init(used: TLSFileSet) { self.used = used }

  /// The files were looked at. True: load them.
  mutating func seen(_ found: TLSFileSet) -> Bool {
    guard found != used else {
      refused = nil
      return false
    }
    return found != refused
  }

  /// The files were loaded, and are good.
  mutating func loaded(_ files: TLSFileSet) {
    used = files
    refused = nil
  }

  /// The files can't be used. True: say so, it is the first time.
  mutating func failed(_ files: TLSFileSet) -> Bool {
    defer { refused = files }
    return refused != files
  }
}
