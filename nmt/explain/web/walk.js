// The page of one sentence, put together.

overview(document.getElementById("overview"));
textRoom(document.getElementById("room-text"));
embeddingRoom(document.getElementById("room-embedding"));
for (const which of ["encoder", "decoder", "cross"]) attentionRoom(which, document.getElementById(`room-${which}`));
feedForwardRoom(document.getElementById("room-feed_forward"));
choiceRoom(document.getElementById("room-choice"));
beamRoom(document.getElementById("room-beams"));
resultRoom(document.getElementById("room-result"));
stepRoom(document.getElementById("steps"));
followStages();
