"""A few short English sentences, for measuring speed where there are no better texts."""

TEXTS = [
    "A cat is sleeping on the warm windowsill.",
    "The stock market fell sharply after the announcement.",
    "She planted tomatoes and basil in the garden.",
    "The new phone has a better camera and a longer battery life.",
    "Water boils at one hundred degrees Celsius at sea level.",
    "The orchestra played a symphony by Beethoven.",
    "Regular exercise lowers the risk of heart disease.",
    "The train to Berlin leaves from platform seven.",
    "He fixed the leaking pipe under the kitchen sink.",
    "Astronomers discovered a planet orbiting a distant star.",
    "The recipe needs two eggs, flour and a pinch of salt.",
    "Our team won the football match in the last minute.",
    "The museum shows paintings from the seventeenth century.",
    "Heavy rain flooded several streets in the old town.",
    "The court ruled that the contract was not valid.",
    "Bees are important for the pollination of crops.",
    "You can reset your password on the login page.",
    "The doctor prescribed antibiotics for the infection.",
    "Volcanic ash closed the airport for three days.",
    "The children built a castle out of sand on the beach.",
]
