/// The semantic conventions that this package's resource attributes follow.
enum SemanticConventions {
  static let schemaURL = "https://opentelemetry.io/schemas/1.37.0"
}
