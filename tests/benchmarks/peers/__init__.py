"""Other toolkits that training speed is compared with; each module says how one of them is run and what it logs."""

from peers import fairseq, hugging_face, joeynmt, marian, opennmt, sockeye

PEERS = (
    marian.PEER,
    fairseq.PEER,
    hugging_face.PEER,
    opennmt.OPENNMT,
    sockeye.PEER,
    opennmt.EOLE,
    joeynmt.PEER,
)
