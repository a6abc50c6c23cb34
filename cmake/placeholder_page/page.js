fetch("/api/runs?limit=0")
  .then((answer) => answer.json())
  .then(({ total }) => { document.getElementById("runs").textContent = `${total} runs`; });
