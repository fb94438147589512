/// What a processor is asked to finish within a time.
enum ProcessorRequest {
  case flush
  case shutdown
}
