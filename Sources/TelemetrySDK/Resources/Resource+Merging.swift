extension Resource {
  /// The attributes of both; `updating` wins for each key, even with an empty value (RULES 4.9).
  ///
  /// The schema URL is that of either resource. If both have a URL and these differ, the result has none, and a warning
  /// reports the conflict.
  public func merging(_ updating: Resource, diagnostics: Diagnostics = .standardError) -> Resource {
    // At once: setting one after the other searches all that are there.
    let attributes = Attributes((attributes.elements + updating.attributes.elements).lazy.map { ($0.key, $0.value) })
    var schemaURL = schemaURL.isEmpty ? updating.schemaURL : schemaURL
    if !updating.schemaURL.isEmpty, updating.schemaURL != schemaURL {
      diagnostics.emit(
        .warning, "resources with different schemas are merged",
        [("schema", Redaction.shown(schemaURL)), ("other", Redaction.shown(updating.schemaURL))])
      schemaURL = ""
    }
    let dropped = droppedAttributesCount.addingReportingOverflow(updating.droppedAttributesCount)
    return Resource(
      attributes, droppedAttributesCount: dropped.overflow ? .max : dropped.partialValue, schemaURL: schemaURL)
  }
}
