/// The `tracestate` header: entries of tracing systems that travel with a trace, the most recent first.
///
/// A state is always valid by the grammar (W3C Trace Context, Level 2, tracestate header): at most 32 entries, each key
/// once. A state longer than 512 characters loses whole entries: first the last entries of more than 128
/// characters, then the last entries of any length.
@frozen
public struct TraceState: Sendable {
  /// An entry of the state.
  @frozen
  public struct Member: Hashable, Sendable {
    /// The tracing system's key: 1 to 256 of `a-z`, `0-9`, `_`, `-`, `*`, `/` and `@`; the first is a letter or a
    /// digit.
    public let key: String
    /// The system's value: 1 to 256 printable ASCII characters without `,` and `=`; the last is no blank.
    public let value: String
  }

  @usableFromInline
  package final class Storage: Sendable {
    let header: String
    let members: [Member]

    init(_ members: [Member]) {
      self.members = members
      header = members.lazy.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
  }

  /// nil for the empty state, so that copies of most contexts count no reference.
  @usableFromInline package let storage: Storage?

  /// The empty state.
  @inlinable
  public init() { storage = nil }

  @inline(__always)
  init(_ storage: Storage?) { self.storage = storage }

  init(_ members: [Member]) { storage = members.isEmpty ? nil : Storage(members) }

  /// True if there are no entries.
  @inlinable public var isEmpty: Bool { storage == nil }
  /// The entries in order, the most recent first.
  public var members: [Member] { storage?.members ?? [] }
  /// The value of `key`.
  public subscript(key: String) -> String? { storage?.members.first { $0.key == key }?.value }

  /// Sets an entry and moves it to the front. The last entries are dropped if the state becomes too long.
  /// - Returns: False if the key or the value breaks the grammar; the state is unchanged then.
  @discardableResult
  public mutating func set(_ value: String, for key: String) -> Bool {
    guard Self.isKey(key.utf8), Self.isValue(value.utf8) else { return false }
    var changed = [Member(key: key, value: value)] + members.filter { $0.key != key }
    if changed.count > Self.maxMembers { changed.removeLast() }
    Self.truncate(&changed, keepingFirst: true)
    self = TraceState(changed)
    return true
  }

  /// Removes an entry.
  public mutating func remove(_ key: String) {
    guard self[key] != nil else { return }
    self = TraceState(members.filter { $0.key != key })
  }
}

extension TraceState: Hashable, CustomStringConvertible {
  /// The form of the header: `key=value` with commas between entries; empty for the empty state.
  public var description: String { storage?.header ?? "" }

  /// True if both have the same entries in the same order.
  public static func == (left: TraceState, right: TraceState) -> Bool {
    left.storage === right.storage || left.storage?.header == right.storage?.header
  }

  /// Hashes the form of the header.
  public func hash(into hasher: inout Hasher) { hasher.combine(storage?.header) }
}
