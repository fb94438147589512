internal import COTLPSystem
internal import OTLPSystem

/// The environment of a command: this process's, byte for byte, with some variables replaced.
@safe
struct CommandEnvironment: ~Copyable {
  // SAFETY: the entries of `own` are allocated in init and freed in deinit; the others are the process's, which nothing in the
  // tool changes.
  private let own: [UnsafeMutablePointer<CChar>?]
  private let entries: [UnsafeMutablePointer<CChar>?]

  /// - Parameters:
  ///   - names: The variables to remove.
  ///   - values: The variables to set after that.
  init(removing names: Set<String>, setting values: [String: String]) {
    let removed = Set(names.map { Array($0.utf8) }).union(values.keys.map { Array($0.utf8) })
    var entries: [UnsafeMutablePointer<CChar>?] = unsafe []
    var entry = unsafe COTLPSystem_environ()
    while let place = unsafe entry, let text = unsafe place.pointee {
      let name = unsafe Self.name(of: text)
      if !removed.contains(name) { unsafe entries.append(text) }
      unsafe entry = place + 1
    }
    unsafe own = unsafe values.sorted { $0.key < $1.key }.map { unsafe strdup("\($0.key)=\($0.value)") }
    unsafe self.entries = entries + own + [nil]
  }

  deinit {
    for index in unsafe own.indices { unsafe free(own[index]) }
  }

  /// Calls `body` with the list that the system takes, which ends with nil.
  borrowing func withEntries<Result>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    unsafe entries.withUnsafeBufferPointer { unsafe body($0.baseAddress.unsafelyUnwrapped) }
  }

  private static func name(of entry: UnsafeMutablePointer<CChar>) -> [UInt8] {
    var name: [UInt8] = []
    var place = unsafe entry
    while unsafe place.pointee != 0, unsafe place.pointee != CChar(bitPattern: UInt8(ascii: "=")) {
      name.append(UInt8(bitPattern: unsafe place.pointee))
      unsafe place += 1
    }
    return name
  }
}
