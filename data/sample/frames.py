"""What stands around the sentences of the sample's messages and says nothing about the topic.

Slots as in sentences.py.
"""

OPENINGS = (
    "Hi,",
    "Hello,",
    "Hello there,",
    "Dear team,",
    "Good morning,",
    "Hi support,",
    "Hey,",
    "To whom it may concern,",
    "Hello {person},",
    "Hi {person},",
)

CONTEXTS = (
    "I have been a customer for years.",
    "This is my first order with you.",
    "I bought the {product} on {date}.",
    "I am writing about {order}.",
    "The order was placed on {date}.",
    "I live in {place}.",
    "I already spoke to {person} on the phone.",
    "I tried the chat, but nobody answered.",
    "It was a present for my sister.",
    "We are a small office in {place}.",
    "I paid {amount} for the {product}.",
    "My order number is {order}.",
    "I ordered from {place}.",
)

CLOSINGS = (
    "Thanks!",
    "Thank you.",
    "Please help.",
    "Can you look into this?",
    "What can I do?",
    "I look forward to your reply.",
    "This is really annoying.",
    "No rush.",
)

SIGNATURES = (
    "Best regards,\n{person}",
    "Kind regards,\n{person}",
    "Regards",
    "Best wishes",
    "Many thanks in advance",
    "Thanks,\n{person}",
    "{person}, {place}",
    "Yours sincerely,\n{person}\n{place}",
)
