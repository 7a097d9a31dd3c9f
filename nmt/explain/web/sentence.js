// Assembles the page of one sentence.

overview(document.getElementById("overview"));
textPanel(document.getElementById("panel-text"));
embeddingPanel(document.getElementById("panel-embedding"));
for (const which of ["encoder", "decoder", "cross"]) attentionPanel(which, document.getElementById(`panel-${which}`));
feedForwardPanel(document.getElementById("panel-feed_forward"));
choicePanel(document.getElementById("panel-choice"));
beamPanel(document.getElementById("panel-beams"));
resultPanel(document.getElementById("panel-result"));
stepPanel(document.getElementById("steps"));
followStages();
