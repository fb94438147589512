import Foundation

/// The public declarations of a source file. The reader knows only the part of Swift's grammar that swift-format
/// produces.
struct PublicSource {
  /// A top-level declaration.
  struct Declaration {
    /// `struct`, `extension`, …
    let keyword: String
    let name: String
    let isPublic: Bool
    /// The lines between its braces.
    var members: [Substring] = []
  }

  let file: String
  let declarations: [Declaration]
  /// The names of public enumerations, also of nested ones, without and with `@nonexhaustive`.
  let closedEnums: [String]
  let openEnums: [String]
  let exportedImports: [String]

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Reads the files of a target.
  static func files(of target: String) throws -> [PublicSource] {
    try files(in: "Sources/\(target)")
  }

  /// Reads the files of a folder below the package's root.
  static func files(in folder: String) throws -> [PublicSource] {
    let folder = root.appending(path: folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
    return try names.sorted().map {
      PublicSource(file: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
    }
  }

  init(file: String, text: String) {
    self.file = file
    var declarations: [Declaration] = []
    var (closed, open, imports): ([String], [String], [String]) = ([], [], [])
    var isInText = false
    var isOpen = false
    // The spaces before top-level declarations: two for each condition around them.
    var margin = 0
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let indentation = line.prefix { $0 == " " }.count
      if words.first == "#endif", indentation == margin - 2 { margin -= 2 }
      defer { if words.first == "#if", indentation == margin { margin += 2 } }
      if words.contains(where: { $0.hasSuffix("\"\"\"") }) { isInText.toggle() }
      guard !isInText, let first = words.first, !first.hasPrefix("//") else { continue }
      if words.starts(with: ["@_exported", "public", "import"]) { imports.append(String(words[3])) }
      if let place = words.firstIndex(of: "enum"), words[..<place].contains("public") {
        if isOpen { open.append(PublicSource.name(words[place + 1])) }
        if !isOpen { closed.append(PublicSource.name(words[place + 1])) }
      }
      if first != "#endif" { isOpen = first == "@nonexhaustive" }
      if indentation == margin, let declaration = PublicSource.declaration(words) {
        declarations.append(declaration)
      } else if indentation > margin, !declarations.isEmpty {
        declarations[declarations.count - 1].members.append(line)
      }
    }
    self.declarations = declarations
    (closedEnums, openEnums, exportedImports) = (closed, open, imports)
  }

  private static let modifiers: Set<Substring> = [
    "public", "package", "private", "fileprivate", "internal", "final", "indirect", "nonisolated",
  ]
  private static let keywords: Set<Substring> = [
    "class", "struct", "enum", "protocol", "actor", "func", "typealias", "let", "var", "extension",
  ]

  private static func declaration(_ words: [Substring]) -> Declaration? {
    let rest = words.drop { $0.hasPrefix("@") || modifiers.contains($0) }
    guard rest.count > 1, let keyword = rest.first, keywords.contains(keyword) else { return nil }
    return Declaration(
      keyword: String(keyword), name: name(rest[rest.startIndex + 1]),
      isPublic: words[..<rest.startIndex].contains("public"))
  }

  /// Cuts generic parameters, conformances and arguments.
  private static func name(_ word: Substring) -> String {
    String(word.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
  }
}
