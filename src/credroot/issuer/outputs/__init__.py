"""What a learner gets beside the credential's JSON: pictures, a PDF, a link, a message; and the registrar's report."""
