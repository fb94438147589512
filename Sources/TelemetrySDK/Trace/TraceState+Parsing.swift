extension TraceState {
  static let maxMembers = 32
  static let maxLength = 512
  private static let longMember = 128
  /// The most bytes that are parsed: a valid header has 32 entries of 513 characters, with white space between them.
  private static let maxHeaderLength = 32_768

  /// Reads a `tracestate` header. White space around entries and empty entries are ignored; of equal keys the first
  /// stays.
  /// - Returns: nil if an entry breaks the grammar or if there are more than 32.
  public init?(_ header: String) { self.init(headers: CollectionOfOne(header)) }

  /// Reads several `tracestate` headers of a request as a single list.
  /// - Returns: nil if an entry breaks the grammar or if there are more than 32.
  public init?(headers: some Collection<String>) {
    var members: [Member] = []
    var (count, length) = (0, 0)
    for header in headers {
      length += header.utf8.count
      guard length <= Self.maxHeaderLength else { return nil }
      for entry in header.utf8.split(separator: UInt8(ascii: ",")) {
        let entry = HeaderText.trimmed(entry)
        if entry.isEmpty { continue }
        count += 1
        guard count <= Self.maxMembers, let member = Member(entry) else { return nil }
        if !members.contains(where: { $0.key == member.key }) { members.append(member) }
      }
    }
    Self.truncate(&members, keepingFirst: false)
    self.init(members)
  }

  static func isKey(_ key: some Collection<UInt8>) -> Bool {
    guard (1...256).contains(key.count), let first = key.first, HeaderText.isLowercaseOrDigit(first) else {
      return false
    }
    return key.allSatisfy { HeaderText.isLowercaseOrDigit($0) || "_-*/@".utf8.contains($0) }
  }

  static func isValue(_ value: some BidirectionalCollection<UInt8>) -> Bool {
    guard (1...256).contains(value.count), value.last != UInt8(ascii: " ") else { return false }
    return value.allSatisfy { $0.isPrintableASCII && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
  }

  /// Removes entries until the header form has at most 512 characters.
  static func truncate(_ members: inout [Member], keepingFirst: Bool) {
    var length = members.reduce(members.count - 1) { $0 + $1.length }
    let start = keepingFirst ? 1 : 0
    while length > maxLength, members.count > start {
      let victim = members[start...].lastIndex { $0.length > longMember } ?? members.count - 1
      length -= members.remove(at: victim).length + 1
    }
  }
}

extension TraceState.Member {
  /// The length of the entry in the header, without commas.
  var length: Int { key.utf8.count + 1 + value.utf8.count }

  fileprivate init?(_ entry: Substring.UTF8View) {
    guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let (key, value) = (entry[..<equals], entry[entry.index(after: equals)...])
    guard TraceState.isKey(key), TraceState.isValue(value) else { return nil }
    self.init(key: String(Substring(key)), value: String(Substring(value)))
  }
}
