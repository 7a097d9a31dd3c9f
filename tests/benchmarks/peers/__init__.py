"""Other toolkits that training speed is compared with; each module says how one of them is run and what it logs."""

from peers import fairseq, hugging_face, marian

PEERS = (marian.PEER, fairseq.PEER, hugging_face.PEER)
