/// The identities of a TLS configuration's files at one moment, in a fixed order. Nil stands for a missing file.
struct TLSFileSet: Hashable, Sendable {
  var files: [FileIdentity?]

  init(_ files: [FileIdentity?]) { self.files = files }

  /// Examines the files. Blocks.
  init(of configuration: TLSConfiguration) { files = configuration.paths.map { FileIdentity(path: $0) } }
}
