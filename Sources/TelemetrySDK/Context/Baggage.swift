/// Names and values of the application that travel with a request to other services. Other companies' services may
/// receive the entries, so baggage is no place for secrets.
@frozen
public struct Baggage: Hashable, Sendable {
  /// A name with a value.
  @frozen
  public struct Entry: Hashable, Sendable {
    /// The name, not empty and case-sensitive; a name that is no HTTP token stays in this process.
    public let name: String
    /// The value, any text.
    public var value: String
    /// The properties that W3C baggage allows behind a value, as `key=value;key`; empty for none. Properties that break
    /// the grammar stay in this process.
    public var metadata: String

    /// Makes an entry.
    @inlinable
    public init(_ name: String, _ value: String, metadata: String = "") {
      self.name = name
      self.value = value
      self.metadata = metadata
    }
  }

  @usableFromInline package private(set) var entries: [Entry]

  /// No entries.
  @inlinable
  public init() { entries = [] }

  /// Adds entries in order; of equal names the last wins, at the place of the first.
  public init(_ entries: some Sequence<Entry>) {
    self.init()
    for entry in entries { set(entry) }
  }

  /// The value of `name`. Setting nil removes the entry; setting a value removes the entry's metadata.
  public subscript(name: String) -> String? {
    get { entries.first { $0.name == name }?.value }
    set {
      if let newValue { set(Entry(name, newValue)) } else { entries.removeAll { $0.name == name } }
    }
  }

  /// Adds an entry, or replaces the entry of the same name where that stands. An entry with an empty name is ignored.
  public mutating func set(_ entry: Entry) {
    guard !entry.name.isEmpty else { return }
    if let place = entries.firstIndex(where: { $0.name == entry.name }) {
      entries[place] = entry
    } else {
      entries.append(entry)
    }
  }
}

extension Baggage: RandomAccessCollection, ExpressibleByDictionaryLiteral {
  /// Zero.
  @inlinable public var startIndex: Int { 0 }
  /// The number of entries.
  @inlinable public var endIndex: Int { entries.count }
  /// The entry at a position.
  @inlinable public subscript(position: Int) -> Entry { entries[position] }

  /// Adds entries in order; of equal names the last wins, at the place of the first.
  public init(dictionaryLiteral pairs: (String, String)...) { self.init(pairs.map { Entry($0.0, $0.1) }) }
}
