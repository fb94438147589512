print("otlp")
