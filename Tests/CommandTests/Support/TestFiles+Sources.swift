import TestSupport

extension TestFiles {
  /// The Swift files of a folder and of the folders in it.
  static func sources(in folder: String) -> [String] {
    names(in: folder).flatMap { name in
      name.hasSuffix(".swift") ? ["\(folder)/\(name)"] : sources(in: "\(folder)/\(name)")
    }
  }
}
