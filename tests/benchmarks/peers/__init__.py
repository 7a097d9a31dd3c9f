"""Other toolkits that speed is compared with; each module says how one of them trains, what it logs, and translates."""

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
DECODERS = (
    marian.DECODER,
    fairseq.DECODER,
    hugging_face.DECODER,
    opennmt.OPENNMT_DECODER,
    sockeye.DECODER,
    opennmt.EOLE_DECODER,
    joeynmt.DECODER,
)
